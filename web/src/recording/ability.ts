// Whether this browser can record the screen and, if not, a message that says why.

/** The capabilities of the browser that matter. */
export interface Surroundings {
  secure: boolean;
  display: boolean;
  recorder: boolean;
  phone: boolean;
}

export function surroundings(): Surroundings {
  const media = navigator.mediaDevices as MediaDevices | undefined;
  return {
    secure: isSecureContext,
    display: typeof media?.getDisplayMedia === 'function',
    recorder: typeof MediaRecorder === 'function',
    phone: matchMedia('(pointer: coarse) and (hover: none)').matches,
  };
}

/** Why the browser cannot record; null: it can. */
export function hindrance({ secure, display, recorder, phone }: Surroundings): string | null {
  if (phone) return 'Browsers on phones and tablets cannot record the screen. The system’s own screen recorder can.';
  if (!secure) {
    return 'Browsers record the screen only over https or on the machine that serves the page. Open the page there as http://127.0.0.1, or through an SSH tunnel.';
  }
  if (!display) return 'This browser cannot share the screen with a page. Current Chrome, Edge, Firefox and Safari can.';
  if (!recorder) return 'This browser cannot write video files. Current Chrome, Edge, Firefox and Safari can.';
  return null;
}

const wishes = ['video/webm;codecs=vp9,opus', 'video/webm;codecs=vp8,opus', 'video/webm', 'video/mp4'];

/** The first video format that the browser can write. */
export function videoKind(supported: (mime: string) => boolean): string {
  return wishes.find(supported) ?? '';
}
