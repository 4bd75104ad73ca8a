/** Images of the visible branch, made in the browser. */

import { domToBlob } from "modern-screenshot";
import { fontCss } from "./fonts";
import { type Slice, slicesOf } from "./slices";
import { frameOn, gapsOf, placesOf, readBranch, type Stage, stageOf } from "./stage";

/** At twice the size within what every browser's canvas holds. */
const MOST_HEIGHT = 4_800;
const MOST_IMAGES = 20;
const MOST_MESSAGES = 600;
const SCALE = 2;

export interface Asked {
  conversationId: string;
  title: string;
  /** Image `place` of `count` is being made; both from 1. */
  progress: (place: number, count: number) => void;
}

/** Make the images, in order, or say why there are none. */
export async function threadImages(asked: Asked): Promise<Blob[] | "too long" | "not drawn"> {
  const articles = await readBranch(asked.conversationId, MOST_MESSAGES);
  if (!articles) {
    return "too long";
  }
  const stage = stageOf(articles, asked.title);
  try {
    await document.fonts.ready;
    const height = Math.ceil(stage.page.getBoundingClientRect().height);
    const slices = slicesOf(height, gapsOf(stage.page), MOST_HEIGHT);
    return slices.length > MOST_IMAGES ? "too long" : await imagesOf(stage, slices, asked.progress);
  } finally {
    stage.remove();
  }
}

async function imagesOf(
  stage: Stage,
  slices: Slice[],
  progress: Asked["progress"],
): Promise<Blob[] | "not drawn"> {
  const fonts = await fontCss();
  const places = placesOf(stage);
  const images: Blob[] = [];
  for (const [number, { start, end }] of slices.entries()) {
    progress(number + 1, slices.length);
    frameOn(stage, places, start, end);
    try {
      images.push(await drawn(stage, fonts));
    } catch {
      return "not drawn"; // the browser, not the server, refused
    }
  }
  return images;
}

async function drawn({ frame }: Stage, fonts: string): Promise<Blob> {
  return domToBlob(frame, {
    scale: SCALE,
    width: frame.offsetWidth,
    height: frame.offsetHeight,
    backgroundColor: getComputedStyle(frame).backgroundColor,
    // The library would read them through a style element, which the page's policy forbids.
    font: fonts ? { cssText: fonts } : false,
    filter: (node) => !(node instanceof HTMLElement && node.hidden),
  });
}
