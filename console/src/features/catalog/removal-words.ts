import type { Schemas } from '../../api/client'
import { count } from '../../api/format'

type Effects = Pick<
  Schemas['DatasetRemoval'],
  'files' | 'accepted' | 'refused' | 'under_way' | 'table' | 'questions' | 'dashboards'
>

/** The effects of a removal, a sentence each. */
export function effectWords(effects: Effects): string[] {
  const { files, accepted, refused, table, questions, dashboards } = effects
  return [
    files > 0
      ? `${count(files, 'file')} with ${count(accepted, 'accepted row')}${
          refused > 0 ? ` and ${count(refused, 'row')} in quarantine (refused or repeated)` : ''
        } ${files === 1 ? 'leaves' : 'leave'} the lake.`
      : 'No file of it is in the lake.',
    table ? `The next run drops the table ${table}.` : '',
    questions.length > 0
      ? `${count(questions.length, 'saved question')} that ${reads(questions)} it will fail: ${questions
          .map((question) => `${question.name} (${question.by})`)
          .join(', ')}.`
      : '',
    dashboards.length > 0
      ? `${count(dashboards.length, 'dashboard')} that ${reads(dashboards)} it will fail in part: ${dashboards
          .map((board) => board.title)
          .join(', ')}.`
      : '',
    effects.under_way > 0
      ? `${count(effects.under_way, 'file')} ${effects.under_way === 1 ? 'is' : 'are'} still being checked. Press “Remove the rest” on this page afterwards.`
      : '',
  ].filter(Boolean)
}

const reads = (things: unknown[]): string => (things.length === 1 ? 'reads' : 'read')

/** Files left after a removal, or after taking it back; empty if there are none. */
export function leftWords({ left, lost, too_large: large }: Schemas['RemovalProgress']): string {
  return [
    lost.length > 0
      ? `${count(lost.length, 'file')} did not come back, because the original is gone or its content is in the lake as another file: ${lost.join(', ')}.`
      : '',
    large.length > 0
      ? `${count(large.length, 'file')} ${large.length === 1 ? 'is' : 'are'} too large to be taken back here. Ask an operator: ${large.join(', ')}.`
      : left > 0
        ? `${count(left, 'file')} ${left === 1 ? 'is' : 'are'} still being checked. Try again in a minute.`
        : '',
  ]
    .filter(Boolean)
    .join(' ')
}

type Removal = Schemas['DatasetRemoval']

/** The state of a removal: one that is taken back in part has its contract in use. */
export function stateWords(removal: Removal, isInUse: boolean): string {
  const { removed_files: files, table, reason } = removal
  if (isInUse) return `${count(files, 'file')} of it ${files === 1 ? 'has' : 'have'} not come back yet.`
  const rest = removal.files + removal.under_way
  return [
    table
      ? 'No new file of it is accepted, and the next run drops its table.'
      : 'No new file of it is accepted.',
    rest > 0 ? `The rows of ${count(rest, 'file')} of it have not left yet.` : '',
    removal.may_restore
      ? `Taken back, it has its contract${files > 0 ? ` and ${files === 1 ? 'its file' : `its ${files} files`}` : ''} again.`
      : reason,
  ]
    .filter(Boolean)
    .join(' ')
}
