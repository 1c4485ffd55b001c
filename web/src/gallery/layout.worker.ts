// Keeps a result's aspect bytes and splits them into rows outside the page's thread.
import { justify, type Measure } from './layout';

/** A request for rows; `aspects` is sent when the result has changed. */
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
