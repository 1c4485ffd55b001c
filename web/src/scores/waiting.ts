// Labels that an earlier visit could not send, in the browser's storage under the dataset's name.

/** Where labels of a dataset wait. */
export const shelfName = (dataset: string): string => `gleaner-labels-${dataset}`;

/** Whether some wait. */
export function labelsWait(dataset: string): boolean {
  try {
    return localStorage.getItem(shelfName(dataset)) !== null;
  } catch {
    return false;
  }
}
