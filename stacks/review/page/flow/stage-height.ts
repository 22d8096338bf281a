/** As high as the picture needs at the window's width, and never so high that what is selected is told out of sight. */
const LEAST_PX = 420;
const MOST_SHARE = 0.66;
/** Of the legend and what is selected, when the picture has the whole window. */
const REST_PX = 170;

export function stageHeight(
  frame: HTMLElement,
  picture: { readonly width: number; readonly height: number },
): void {
  const resize = (): void => {
    const width = frame.clientWidth;
    if (width === 0) return;
    const isWhole = frame.closest('.is-whole') !== null;
    const most = Math.max(LEAST_PX, isWhole ? innerHeight - REST_PX : innerHeight * MOST_SHARE);
    const needed = Math.max(LEAST_PX, (width * picture.height) / picture.width);
    const height = isWhole ? most : Math.min(most, needed);
    frame.style.height = `${Math.round(height)}px`;
  };
  new ResizeObserver(resize).observe(frame);
}
