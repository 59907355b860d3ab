// A thread of a document's process. The main thread may compute for minutes without looking up; when the server is gone,
// nobody is left who would end it, and nobody waits for what it makes.
import { workerData } from 'node:worker_threads';

const CHECK_MS = 1000;

setInterval(() => {
  // Whoever's parent has ended gets another.
  if (process.ppid !== workerData) process.kill(process.pid, 'SIGKILL');
}, CHECK_MS);
