import { Text } from '@mantine/core'

import type { Schemas } from '../../api/client'
import { count, whole, withoutZeroExponent } from '../../api/format'
import { TextList } from '../../components/text-list'
import { dayOrTime } from '../../formats/moments'
import { useTitles } from '../../formats/columns'
import { columnTitle } from '../../formats/words'
import { currencyWords } from '../import/currencies'
import { formatWords } from '../import/formats'
import { leftOutRows } from '../import/other-rows'
import { sentAs } from './sent-as'
import { SentOriginal } from './sent-original'

type Decisions = Schemas['FileEdits']

/** Who changed the file on the page Upload, and each decision of that person. */
interface Props {
  fileId: string
  dataset: string
  sender: string
  edits: Decisions | null | undefined
}

export function EditedBefore({ fileId, dataset, sender, edits }: Props) {
  const titleOf = useTitles(dataset)
  if (!edits) return null
  const decisions = decisionWords(edits, titleOf)
  return (
    <div>
      <Text size="sm">
        {sentAs(edits)}Edited before the commit by {edits.by}
        {decisions.length > 0 ? ':' : edits.typed.length > 0 ? '.' : ': a part of the file was chosen.'}
      </Text>
      {decisions.length > 0 ? (
        <ul aria-label="Decisions before the commit" style={{ margin: 0, paddingLeft: '1.2rem' }}>
          {decisions.map((text) => (
            <li key={text}>
              <Text size="sm" component="span">
                {text}
              </Text>
            </li>
          ))}
        </ul>
      ) : null}
      <TypedCells edits={edits} />
      <SentOriginal fileId={fileId} sender={sender} edits={edits} />
      {edits.sent_sha256 ? (
        <details>
          <summary>
            <Text size="xs" span className="muted">
              SHA-256 of the file that was sent
            </Text>
          </summary>
          <Text size="xs" className="muted any-text">
            The lake reads the edited file. The file that was sent has the SHA-256 {edits.sent_sha256}.
          </Text>
        </details>
      ) : null}
    </div>
  )
}

/** What a person decided about a file, one sentence each. */
export function decisionWords(edits: Decisions, titleOf = columnTitle): string[] {
  const set = Object.entries(edits.set_for_all)
  const unnamed = edits.defaults.filter((name) => !(name in edits.set_for_all))
  const others = edits.steps - set.length - unnamed.length
  return [
    ...set.map(([name, text]) =>
      text
        ? `${titleOf(name)}: ${valueWords(text)} in every row without one`
        : `The file has no ${titleOf(name)}`,
    ),
    ...unnamed.map((name) => `${titleOf(name)} set for all rows that had none`),
    edits.left_out.length > 0
      ? `Left out: ${count(edits.left_out.length, 'column')}, ${edits.left_out.join(', ')}`
      : '',
    ...leftOutRows(edits.rows_left_out, edits.left_out_kinds),
    ...Object.entries(edits.currencies).map(
      ([name, rows]) =>
        `${titleOf(name)} is in ${currencyWords(rows)} and was taken as it is, without a conversion`,
    ),
    edits.cells > 0 && edits.typed.length === 0 ? count(edits.cells, 'typed cell') : '',
    ...edits.changes.map(changeWords),
    others > 0 && edits.changes.length === 0 ? `${count(others, 'other change')} of whole columns` : '',
    ...Object.entries(edits.formats).map(
      ([field, format]) => `${titleOf(field)} read as ${formatWords(format)}`,
    ),
  ].filter(Boolean)
}

const MAX_PAIRS = 6

/**
 * A change of a whole column in words.
 *
 * @example changeWords(map) // 'Zahlungsart: Kreditkarte → credit_card, Lastschrift → direct_debit'
 */
export function changeWords({ kind, column, into, text, search, values }: Changed): string {
  if (kind === 'map') {
    const pairs = values.slice(0, MAX_PAIRS).map(({ before, after }) => `${before} → ${after || 'empty'}`)
    const more = values.length - pairs.length
    return pairs.length > 0
      ? `${column}: ${pairs.join(', ')}${more > 0 ? ` and ${count(more, 'more value')}` : ''}`
      : `${column}: values mapped`
  }
  if (kind === 'replace')
    return search ? `${column}: “${search}” → ${text || 'nothing'}` : `${column}: a text replaced`
  if (kind === 'repeated_hour') return `${column}: the repeated hour by the order of the rows`
  if (kind === 'apostrophe') return `${column}: without the apostrophe that an export puts before + = - @`
  if (kind === 'country') return `${column}: countries as codes`
  if (kind === 'lake') return `${column}: the values of the lake’s rows with the same keys`
  const parts = into.join(' and ')
  return kind === 'join' ? `${column} joined from ${parts}` : `${column} split into ${parts}`
}

type Changed = Decisions['changes'][number]

const MAX_OPEN_CELLS = 5

/** The cells that a person typed, each with its text before; many are folded away. */
function TypedCells({ edits }: { edits: Decisions }) {
  const { typed, cells } = edits
  if (typed.length === 0) return null
  const more = cells - typed.length
  return (
    <details open={typed.length <= MAX_OPEN_CELLS}>
      <summary>
        <Text size="sm" span>
          {count(cells, 'typed cell')}
          {edits.rows_left_out.length > 0 ? ', by row of the file that was sent' : ''}
        </Text>
      </summary>
      <TextList lines={typed.map(typedWords)} label="Typed cells" />
      {more > 0 ? <Text size="sm">and {count(more, 'more cell')}</Text> : null}
    </details>
  )
}

/**
 * A typed cell in words.
 *
 * @example typedWords(cell) // 'Row 8, Listenpreis: 19,9o → 19,90'
 */
export const typedWords = ({ row, column, before, after, is_hidden }: Decisions['typed'][number]): string =>
  `Row ${whole(row)}, ${column}${is_hidden ? ' (its values are not shown)' : `: ${before || 'empty'} → ${after || 'empty'}`}`

const TRUTH: Record<string, string> = { true: 'yes', false: 'no' }
const DAY = /^\d{4}-\d\d-\d\d/

/** A value that was set for all rows, as a person reads it: `yes`, `1 Oct 2026`. */
export function valueWords(text: string): string {
  if (!DAY.test(text)) return TRUTH[text] ?? withoutZeroExponent(text)
  return dayOrTime(text)
}
