import type { Schemas } from '../../api/client'
import { beganOfTables } from '../lake/run-facts'

/** Rows of a dataset that were accepted after the newest run began, so that no search has them yet. */
export interface PendingRows {
  dataset: string
  rows: number
}

/** The rows that wait for the next run, by dataset, those with most of them first. */
export function pendingRows(
  files: Pick<Schemas['FileSummary'], 'dataset' | 'accepted' | 'finished_at'>[],
  runs: Pick<Schemas['RunSummary'], 'state' | 'started_at'>[],
): PendingRows[] {
  const last = beganOfTables(runs)
  const counts = new Map<string, number>()
  for (const { dataset, accepted, finished_at: at } of files)
    if (dataset && accepted > 0 && at && at > last) counts.set(dataset, (counts.get(dataset) ?? 0) + accepted)
  return [...counts].map(([dataset, rows]) => ({ dataset, rows })).sort((one, other) => other.rows - one.rows)
}
