// Whether this browser can record its screen; if not, why, in words for a person.

/** What of the browser decides. */
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

/** Null: it can. */
export function hindrance({ secure, display, recorder, phone }: Surroundings): string | null {
  if (phone) return 'Browsers on phones and tablets cannot record the screen. The system’s own screen recorder can.';
  if (!secure) {
    return 'Browsers record the screen only over https or from this machine itself. Open the page as http://127.0.0.1 on the machine that serves it, or through an SSH tunnel.';
  }
  if (!display) return 'This browser cannot show a page its own screen. Current Chrome, Edge, Firefox and Safari can.';
  if (!recorder) return 'This browser cannot write video files. Current Chrome, Edge, Firefox and Safari can.';
  return null;
}

const wishes = ['video/webm;codecs=vp9,opus', 'video/webm;codecs=vp8,opus', 'video/webm', 'video/mp4'];

/** The first kind of video that the browser writes. */
export function videoKind(supported: (mime: string) => boolean): string {
  return wishes.find(supported) ?? '';
}
