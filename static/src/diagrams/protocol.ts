/** What a page and its drawing frame say to each other. */

export interface DrawingRequest {
  id: number;
  source: string;
  isDark: boolean;
}

/** An empty drawing is a refusal; number 0 says that the frame is ready. */
export interface DrawingAnswer {
  id: number;
  svg: string;
}
