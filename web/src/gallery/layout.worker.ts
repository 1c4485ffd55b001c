// Keeps a result's aspect bytes and cuts them into rows off the page's thread.
import { justify, type Measure } from './layout';

/** Asks for rows; `aspects` comes along when the result changed. */
export interface Ask {
  readonly ticket: number;
  readonly measure: Measure;
  readonly aspects?: Uint8Array<ArrayBuffer>;
}

let kept: Uint8Array = new Uint8Array();

self.onmessage = ({ data }: MessageEvent<Ask>) => {
  kept = data.aspects ?? kept;
  const rows = justify(kept, data.measure);
  self.postMessage({ ticket: data.ticket, rows }, { transfer: [rows.start.buffer, rows.y.buffer, rows.height.buffer] });
};
