// Spreads work over tasks, so that input is handled in between: a slider that moves redraws every chart.

type Job = () => void;

const waiting = new Set<Job>();
let under = false;

/** Runs `job` in a task of its own, after those that wait already. Returns what takes it back. */
export function pace(job: Job): () => void {
  waiting.add(job);
  if (!under) next();
  return () => waiting.delete(job);
}

function next(): void {
  under = waiting.size > 0;
  if (under) setTimeout(run);
}

function run(): void {
  const [job] = waiting;
  if (job) {
    waiting.delete(job);
    job();
  }
  next();
}
