import type { Schemas } from '../../api/client'

/** The cost of a run's jobs as a decimal; empty where no job recorded one. */
export const costOf = (jobs: Schemas['RunJob'][]): string =>
  jobs.length === 0 ? '' : jobs.reduce((sum, job) => sum + Number(job.usd), 0).toFixed(4)

/** Seconds from the first stage's begin to the last one's end; undefined while none has begun. */
export function durationOf(stages: Schemas['RunStage'][]): number | undefined {
  const begun = stages.filter((stage) => stage.began_at)
  if (begun.length === 0) return undefined
  const at = (stage: Schemas['RunStage']) => Date.parse(`${stage.began_at}Z`) / 1000
  return Math.max(...begun.map((stage) => at(stage) + (stage.seconds ?? 0))) - Math.min(...begun.map(at))
}

const STARTED_BY: Record<Schemas['RunDetail']['started_by'], string> = {
  schedule: 'by the schedule',
  new_data: 'by new data',
  person: 'by a person',
  unknown: '',
}

/** Who or what started a run. */
export const startedBy = (run: Pick<Schemas['RunDetail'], 'actor' | 'started_by'>): string =>
  run.actor ? `by ${run.actor}` : STARTED_BY[run.started_by]
