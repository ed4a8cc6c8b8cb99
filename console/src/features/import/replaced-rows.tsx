import { Anchor, Text } from '@mantine/core'

import type { Schemas } from '../../api/client'
import { count, currencyOf, whole } from '../../api/format'
import { TextList } from '../../components/text-list'
import { largestNumber } from '../../formats/extremes'
import { dayOrTime } from '../../formats/moments'
import { originalId } from '../files/original-id'
import { titleOf } from './column-header'

/**
 * The rows of the lake that a commit replaces: nobody sees them in the file. Those of an earlier check keep their room,
 * unseen, until the next one has ended.
 */
export function ReplacedRows({ result, isCurrent }: { result: Schemas['DryRun']; isCurrent: boolean }) {
  const lines = replacedLines(result)
  const files = result.replaces?.files ?? []
  if (lines.length === 0 && !result.replaces?.not_sent) return null
  return (
    <div
      role={isChange(result) ? 'alert' : 'status'}
      style={isCurrent ? undefined : { visibility: 'hidden' }}
    >
      {lines.map((line) => (
        <Text key={line} size="sm" className={isChange(result) ? 'import-doubt' : undefined}>
          {line}
        </Text>
      ))}
      <EmptiedColumns result={result} />
      <FurtherExamples result={result} />
      <RowsNotSent result={result} />
      {files.length > 0 ? (
        <Text size="sm">
          The rows of the lake came with{' '}
          {files.map(({ file_id, key, rows }, place) => (
            <span key={file_id}>
              {place > 0 ? ', ' : ''}
              <Anchor href={`#/files/${encodeURIComponent(file_id)}`}>
                {originalId(key) ? 'corrected rows' : key}
              </Anchor>{' '}
              ({count(rows, 'row')})
            </span>
          ))}
          . Of two rows with the same key the lake keeps the newer one; of equally new ones, the one that was
          committed last.
        </Text>
      ) : null}
    </div>
  )
}

/** Whether a commit changes, or may change, rows of the lake; equal and older rows change nothing. */
const isChange = ({ replaces }: Pick<Schemas['DryRun'], 'replaces'>): boolean =>
  (replaces?.replaced ?? 0) + (replaces?.not_compared ?? 0) > 0

/**
 * The columns of which the file has no value, with the lake's rows of the same keys that have one.
 *
 * @example emptiedWords(result) // 'List price in 40 rows, Stock in 38 rows'
 */
export const emptiedWords = ({
  replaces,
  mapping,
}: Pick<Schemas['DryRun'], 'replaces' | 'mapping'>): string =>
  Object.entries(replaces?.emptied ?? {})
    .map(([name, rows]) => `${titleOf(mapping?.fields, name)} in ${count(rows, 'row')}`)
    .join(', ')

/**
 * What a commit takes out of rows of the lake, for its button; empty where it replaces no row.
 *
 * @example willEmpty(result) // 'empties 3 columns in up to 40 rows'
 */
export function willEmpty(result: Pick<Schemas['DryRun'], 'replaces' | 'mapping'>): string {
  const rows = Object.values(result.replaces?.emptied ?? {})
  if (!result.replaces?.replaced || rows.length === 0) return ''
  return rows.length === 1
    ? `empties ${emptiedWords(result)}`
    : `empties ${rows.length} columns in up to ${count(largestNumber(rows), 'row')}`
}

/** A file with some of the columns, such as an export that was edited, has no values of the others. */
function EmptiedColumns({ result }: { result: Schemas['DryRun'] }) {
  const words = emptiedWords(result)
  if (!words) return null
  return (
    <Text size="sm" className="import-doubt">
      The file lacks values that the lake&rsquo;s rows with the same keys have: {words}.{' '}
      {result.replaces?.replaced
        ? 'A commit replaces whole rows, so it empties them.'
        : 'Its rows are older than those rows, so a commit keeps them.'}
    </Text>
  )
}

const AMOUNT = new Intl.NumberFormat('en-GB', { minimumFractionDigits: 2, maximumFractionDigits: 9 })
const amount = (value: number): string => AMOUNT.format(value)

const MAX_NAMED = 3

/** The first rows that replace one of the lake, each with its key and its changes. */
export function exampleLines({
  replaces,
  mapping,
}: Pick<Schemas['DryRun'], 'replaces' | 'mapping'>): string[] {
  const title = (name: string) => titleOf(mapping?.fields, name)
  const unit = (name: string) => currencyOf(mapping?.fields.find((one) => one.name === name)?.unit ?? '')
  const isTime = (name: string) =>
    mapping?.fields.find((one) => one.name === name)?.type.startsWith('timestamp') ?? false
  const value = (name: string, text: string) =>
    text && isTime(name)
      ? dayOrTime(text)
      : text && unit(name) && Number.isFinite(Number(text))
        ? amount(Number(text))
        : text || 'empty'
  return (replaces?.examples ?? []).map(({ key, changes }) => {
    const row = Object.entries(key).map(([name, text]) => `${title(name)} ${text}`)
    const changed = Object.entries(changes).map(([name, [before, after]]) =>
      `${title(name)} ${value(name, before)} → ${value(name, after)} ${unit(name)}`.trimEnd(),
    )
    return [row.join(', '), changed.join(', ')].filter(Boolean).join(': ')
  })
}

/** Every row that is known to replace one, where there are more than the line above names. */
function FurtherExamples({ result }: { result: Schemas['DryRun'] }) {
  const examples = result.replaces?.examples ?? []
  if (examples.length <= MAX_NAMED) return null
  const lines = exampleLines(result)
  const isAll = examples.length === result.replaces?.replaced
  return (
    <details>
      <summary>
        {isAll ? `All ${count(lines.length, 'row')}` : `The first ${count(lines.length, 'row')}`} with what
        changes
      </summary>
      <TextList lines={lines} numbers={examples.map(({ row }) => row)} isScrolled />
    </details>
  )
}

/**
 * Rows of the version before that are not in the file, in a sentence; empty where there are none.
 *
 * @example notSentWords({ rows: 20 }) // '20 rows of the version before are not in this file; they stay in the table.'
 */
export const notSentWords = (notSent: { rows: number } | null | undefined): string =>
  notSent
    ? `${count(notSent.rows, 'row')} of the version before ${notSent.rows === 1 ? 'is' : 'are'} not in this file; ${notSent.rows === 1 ? 'it stays' : 'they stay'} in the table.`
    : ''

/** The rows of the version before that are not in the file, with a list to open. */
function RowsNotSent({ result: { replaces, mapping } }: { result: Schemas['DryRun'] }) {
  const notSent = replaces?.not_sent
  if (!notSent) return null
  const { file_id: fileId, key, examples, rows } = notSent
  const lines = examples.map((each) =>
    Object.entries(each)
      .map(([name, text]) => `${titleOf(mapping?.fields, name)} ${text}`)
      .join(', '),
  )
  return (
    <>
      <Text size="sm">
        {notSentWords(notSent)} That version is{' '}
        <Anchor href={`#/files/${encodeURIComponent(fileId)}`}>{key}</Anchor>.
      </Text>
      {lines.length > 0 ? (
        <details>
          <summary>
            {lines.length < rows
              ? `The first ${count(lines.length, 'row')}`
              : `Rows that are not in this file`}
          </summary>
          <TextList lines={lines} isScrolled />
        </details>
      ) : null}
    </>
  )
}

/** What a commit changes in rows that the lake has, a sentence each. */
export function replacedLines({
  replaces,
  mapping,
}: Pick<Schemas['DryRun'], 'replaces' | 'mapping'>): string[] {
  if (!replaces) return []
  const { replaced, older, equal, not_compared: others } = replaces
  const named = exampleLines({ replaces, mapping }).slice(0, MAX_NAMED)
  const more = replaced > named.length ? ' …' : ''
  return [
    replaced > 0
      ? `${count(replaced, 'row')} ${replaced === 1 ? 'replaces a row' : 'replace rows'} that the lake has${named.length > 0 ? `. ${named.join('; ')}${more}` : '.'}`
      : '',
    equal > 0
      ? `${count(equal, 'row')} ${equal === 1 ? 'is' : 'are'} in the lake already with the same values.`
      : '',
    older > 0
      ? `${count(older, 'row')} ${older === 1 ? 'is' : 'are'} older than the row of the lake with the same key and ${older === 1 ? 'changes' : 'change'} nothing.`
      : '',
    others > 0
      ? `${count(others, 'row')} ${others === 1 ? 'was' : 'were'} not compared with the lake, because the check could not read all of its rows; ${others === 1 ? 'it' : 'they'} may replace ${others === 1 ? 'a row' : 'rows'}, too.`
      : '',
  ].filter(Boolean)
}

/** How the accepted rows of a file differ from those of the lake, in one sentence; empty where they were not compared. */
export function differenceWords({
  replaces,
  accepted,
}: Pick<Schemas['DryRun'], 'replaces' | 'accepted'>): string {
  if (!replaces || replaces.not_compared > 0) return ''
  const { replaced, older, equal } = replaces
  if (replaced + older + equal === 0) return ''
  const added = accepted - replaced - older - equal
  const parts = [
    added > 0 ? `${whole(added)} ${added === 1 ? 'is' : 'are'} new` : '',
    replaced > 0 ? `${whole(replaced)} ${replaced === 1 ? 'replaces a row' : 'replace rows'}` : '',
    older > 0 ? `${whole(older)} ${older === 1 ? 'is' : 'are'} older` : '',
    equal > 0 ? `${whole(equal)} ${equal === 1 ? 'is' : 'are'} in the lake already` : '',
  ].filter(Boolean)
  return `Of these ${count(accepted, 'row')} ${parts.join(', ')}.`
}

/** The rows that a file replaces, in the past tense of its receipt; empty where none is known. */
export const replacedWords = (replaced: number | null | undefined): string =>
  replaced
    ? `${whole(replaced)} of them ${replaced === 1 ? 'replaces a row' : 'replace rows'} of the lake`
    : ''

/** The rows of a file that changed nothing, as the end of a sentence about the others; empty where none is known. */
export const unchangedWords = (unchanged: number | null | undefined): string =>
  unchanged
    ? `${whole(unchanged)} ${unchanged === 1 ? 'was' : 'were'} there before with the same values or newer ones`
    : ''
