import { Anchor, Button, Group, Loader, Text } from '@mantine/core'

import type { Schemas } from '../../api/client'
import { count } from '../../api/format'
import { useNow } from '../../components/clock'
import { Moment } from '../../components/moment'
import { mayCommit } from '../files/acceptance-words'
import { warnedCount } from '../files/warned-rows'
import { isMostlyDuplicates, outcome, stayOut } from './outcome-words'
import { differenceWords, willEmpty } from './replaced-rows'
import type { ForeignAmounts } from './currencies'
import type { Edits } from './edits'
import { isEncodingOpen } from './encoding-question'
import { openFormats, openFormatWords, withoutColumn, withOpenFormats } from './suggested-fields'
import type { useEdits } from './use-edits'

interface Props {
  work: ReturnType<typeof useEdits>
  missing: Schemas['ContractField'][]
  /** Columns of dates whose order of day and month is not decided. */
  orders: string[]
  /** Columns of the file that are no field. */
  leftOut: string[]
  /** Amounts in other currencies than the dataset's, about which nothing is decided. */
  currencies: ForeignAmounts[]
  onCommit: () => void
  onShowErrors: () => void
  onChange: (next: Edits) => void
  /** Whether the lake has the file and its profile, so that they are not kept once more. */
  wasKept?: boolean
}

/** What a commit does, by a check of exactly what is shown; the button says it. */
export function CommitLine({
  work,
  leftOut,
  onCommit,
  onShowErrors,
  onChange,
  wasKept = false,
  ...open
}: Props) {
  const { result } = work.check
  const { missing, orders, currencies } = open
  const why = obstacle(work, open)
  const isRepeat = work.isCurrent && result.duplicate_of !== ''
  const isDoubtful = isMostlyDuplicates(result)
  const formats = openFormats(result, work.edits)
  const needsFormats = areFormatsAtFault(result, formats)
  const isOpen = missing.length > 0 || orders.length > 0
  const mayShowErrors = !isOpen && currencies.length === 0 && result.quarantined > 0
  // A draft above has the button that creates its dataset: the other one must not lie over it.
  return (
    <Group
      className={isOfNoDataset(work) ? 'import-commit in-place' : 'import-commit'}
      justify="space-between"
      gap="sm"
    >
      {work.error ? (
        <Text size="sm" className="muted" role="status">
          Not checked: see why above.
        </Text>
      ) : !work.isCurrent ? (
        <Checking />
      ) : isOpen ? (
        <Text size="sm" className="muted" role="status">
          Not checked yet: the gate checks {openWords(missing, orders)} decided.
        </Text>
      ) : (
        <Since at={work.checkedAt} />
      )}
      <Group gap="sm">
        {isRepeat ? <SameContent result={result} /> : null}
        {work.isCurrent && result.edited_copy !== '' ? <EditedCopy result={result} /> : null}
        {work.isCurrent && result.same_name !== '' ? <SameName result={result} /> : null}
        {why && work.isCurrent ? (
          <Text size="sm" className="muted">
            {why}
          </Text>
        ) : null}
        {isDoubtful && !isRepeat && !why && work.isCurrent ? (
          <Text size="sm" className="misfit" role="alert">
            Most rows are duplicates: the column of the key is probably another one.
          </Text>
        ) : null}
        {isRepeat ? (
          <Button component="a" variant="default" href={`#/files/${encodeURIComponent(result.duplicate_of)}`}>
            Open that file
          </Button>
        ) : why && work.isCurrent ? (
          mayShowErrors && needsFormats ? (
            <Button
              onClick={() => onChange(withOpenFormats(work.edits, formats))}
              title={formats.map(openFormatWords).join(', ')}
            >
              {formats.length === 1
                ? `Read ${formats.map(openFormatWords).join('')}`
                : `Read the columns in their ${formats.length} formats`}
            </Button>
          ) : mayShowErrors ? (
            <Button onClick={onShowErrors}>Show the {count(result.quarantined, 'row')} with errors</Button>
          ) : null
        ) : wasKept && isOfNoDataset(work) ? (
          <Text size="sm" className="muted">
            The file and its profile are kept. No row of it is loaded.
          </Text>
        ) : (
          <Button
            className="import-commit-button"
            onClick={onCommit}
            disabled={!work.isCurrent}
            variant={result.outcome === 'profiled' || isDoubtful ? 'default' : 'filled'}
            title={leftOut.length > 0 ? stayOut(leftOut, leftOut.length) : undefined}
          >
            {commitWords(work, missing, leftOut)}
          </Button>
        )}
      </Group>
    </Group>
  )
}

/** A commit of content that the lake has would accept nothing: the gate skips it as a duplicate. */
function SameContent({ result }: { result: Schemas['DryRun'] }) {
  return (
    <Text size="sm" role="alert">
      The same content is in the lake since <Moment at={result.duplicate_since ?? undefined} /> as{' '}
      {result.duplicate_key}. Sending it again accepts nothing new.
    </Text>
  )
}

/** The same file came before and was edited then: its rows replace those with the edits. */
function EditedCopy({ result }: { result: Schemas['DryRun'] }) {
  return (
    <Text size="sm" role="alert">
      This file came before: it is in the lake since <Moment at={result.duplicate_since ?? undefined} />, with
      other edits, as{' '}
      <Anchor href={`#/files/${encodeURIComponent(result.edited_copy)}`}>{result.duplicate_key}</Anchor>. A
      commit accepts its rows again as they are here.
    </Text>
  )
}

/** A file of the same name came before with other content, as a corrected or a newer copy of it has. */
function SameName({ result }: { result: Schemas['DryRun'] }) {
  return (
    <Text size="sm" role="alert">
      A file of this name is in the lake since <Moment at={result.duplicate_since ?? undefined} />:{' '}
      <Anchor href={`#/files/${encodeURIComponent(result.same_name)}`}>{result.duplicate_key}</Anchor>.{' '}
      {differenceWords(result)}
    </Text>
  )
}

/** Whether a commit keeps the file and its profile only. */
const isOfNoDataset = ({ check, edits }: Props['work']): boolean =>
  check.result.outcome === 'profiled' && !edits.dataset

/** What the button does; a file of no dataset is kept, and nothing of it is loaded. */
function commitWords(work: Props['work'], missing: Props['missing'], leftOut: string[]): string {
  const { result } = work.check
  if (isOfNoDataset(work)) return 'Keep the file and its profile, load no row'
  const isOpen = result.outcome === 'profiled' || result.outcome === 'needs_mapping' || missing.length > 0
  if (isOpen || !work.isCurrent || result.accepted + result.duplicates === 0) return 'Commit'
  return [`Commit: ${outcome(result)}`, willEmpty(result), warningWords(result.warned), stayOut(leftOut)]
    .filter(Boolean)
    .join('; ')
}

/** How many values of the accepted rows break a rule that only warns. */
const warningWords = (warned: Schemas['DryRun']['warned']): string => {
  const warnings = warnedCount(warned)
  return warnings > 0 ? count(warnings, 'warning') : ''
}

/** Why the file cannot be committed now; empty if it can. */
function obstacle(
  { check: { result }, edits }: Props['work'],
  { missing, orders, currencies }: Pick<Props, 'missing' | 'orders' | 'currencies'>,
): string {
  if (result.grid?.rows === 0) return 'Choose a file with rows.'
  if (result.outcome === 'profiled' && !edits.dataset) return ''
  if (isEncodingOpen(result, edits)) return 'Choose above which spelling is right.'
  if (missing.length > 0) return withoutColumn(missing)
  if (orders.length > 0) return `Choose above how to read ${orders.join(', ')}.`
  if (result.outcome === 'needs_mapping' || result.outcome === 'profiled')
    return 'Say which column is which field.'
  if (currencies.length > 0 && result.accepted > 0)
    return `Decide about the amounts in ${currencies.map(({ rows }) => Object.keys(rows).join(' and ')).join(', ')} above.`
  if (mayCommit(result)) return ''
  const formats = openFormats(result, edits)
  if (areFormatsAtFault(result, formats))
    return 'Every row is refused, because a format of the file is not chosen yet.'
  const column = columnOfEveryRow(result)
  if (column)
    return `Every row is refused because of ${column}: in ⋯ above it, choose how it is written, or another field.`
  return result.acceptance === 'nothing_accepted'
    ? 'Every row is refused: correct the columns or the cells, or choose a format above a column.'
    : 'Nothing of this file can enter the lake: choose another file.'
}

/** Whether every row is refused, and not for columns that have no open format. */
function areFormatsAtFault(
  { acceptance, grid, quarantined }: Schemas['DryRun'],
  formats: { column: string }[],
): boolean {
  const isOther = ({ column, rows }: Schemas['FlawCause']) =>
    rows === quarantined && !formats.some((one) => one.column === column)
  return acceptance === 'nothing_accepted' && formats.length > 0 && !grid?.causes?.some(isOther)
}

/** The column whose values are of another type in every refused row; empty for none. */
function columnOfEveryRow({ acceptance, grid, quarantined }: Schemas['DryRun']): string {
  const isOne = ({ rule, rows }: Schemas['FlawCause']) => rule === 'type' && rows === quarantined
  return acceptance === 'nothing_accepted' ? (grid?.causes?.find(isOne)?.column ?? '') : ''
}

/** The columns or rows that the gate has not checked, and what has to be decided first. */
const openWords = (missing: Props['missing'], orders: string[]): string =>
  missing.length > 0
    ? 'the rows once every field that it needs is'
    : `${orders.join(', ')} once ${orders.length === 1 ? 'its' : 'their'} order of day and month is`

/** When the gate has checked what is shown. */
function Since({ at }: { at: number }) {
  const now = useNow()
  const seconds = Math.max(0, Math.round((now - at) / 1000))
  const ago = seconds < 60 ? `${seconds} s ago` : `${Math.floor(seconds / 60)} min ago`
  return (
    <Text size="sm" className="muted import-since" role="status" aria-live="off">
      Checked by the gate {ago}
    </Text>
  )
}

function Checking() {
  return (
    <Group gap={6} wrap="nowrap" role="status">
      <Loader size={14} aria-hidden />
      <Text size="sm">The gate checks the whole file …</Text>
    </Group>
  )
}
