/** What a page and the frame that runs Python say to each other. */

/** `refusal`: what a program is told that asks for input. */
export type PythonRequest =
  | { type: "run"; id: number; code: string; refusal: string }
  | { type: "stop" };

/**
 * The id 0 is a greeting: the frame or the worker listens.
 *
 * `running`: Python is there, the program begins. `cut`: the rest of the output is left out.
 * `value`: how it ended, with its last value, "" for none. `error`: the program's own mistake.
 * `module`: a module that is not there. `broken`: Python itself did not start or came to its end.
 */
export type PythonAnswer =
  | { type: "running" | "cut" | "memory" | "broken"; id: number }
  | { type: "out" | "err" | "value" | "error" | "module"; id: number; text: string };
