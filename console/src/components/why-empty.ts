import { day } from '../formats/moments'

/** Facts about a table and the newest run that has ended, from which follows why an answer has no rows. */
export interface EmptyFacts {
  /** Rows of the published table; undefined where it was never published. */
  rows: number | undefined
  as_of: string
  run: { name: string; state: string } | undefined
  /** Whether no file has arrived in the lake yet. */
  hasNoFile?: boolean
}

export interface Cause {
  why: string
  remedy: string
  href: string
}

/** The cause of an answer without rows or without a figure, and the one thing to do. */
export function whyEmpty(facts: EmptyFacts, table: { href: string; name: string }): Cause {
  const { rows, run } = facts
  if (rows === undefined && !run && facts.hasNoFile)
    return {
      why: 'No file has arrived yet, so there is nothing to build the table from.',
      remedy: 'Send a file first',
      href: '#/upload',
    }
  if (rows === undefined && !run)
    return { why: 'No run has ended yet, so the table was not built.', remedy: 'Start a run', href: '#/lake' }
  if (rows === undefined && run)
    return {
      why:
        run.state === 'succeeded'
          ? 'The newest run succeeded and did not build this table.'
          : `The newest run ended as ${run.state.replaceAll('_', ' ')} and did not build this table.`,
      remedy: 'See what the run did',
      href: `#/runs/${encodeURIComponent(run.name)}`,
    }
  const as_of = facts.as_of ? ` as of ${day(facts.as_of)}` : ''
  return rows === 0
    ? {
        why: `${table.name} was built${as_of} and has no rows: nothing in its sources belongs in it.`,
        remedy: 'See what it was built from',
        href: table.href,
      }
    : {
        why: `${table.name} has rows${as_of}, and none of them answers this question.`,
        remedy: 'Open the table',
        href: table.href,
      }
}
