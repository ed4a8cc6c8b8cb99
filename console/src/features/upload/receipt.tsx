import { Anchor, Button, Group, Text } from '@mantine/core'

import type { Schemas } from '../../api/client'
import { count, currencyOf, whole } from '../../api/format'
import { useTitles, useUnits } from '../../formats/columns'
import { stateWords } from '../../formats/states'
import { capitalised, columnTitle, heading, sentence } from '../../formats/words'
import { useContract } from '../catalog/queries'
import { KeptColumns } from '../files/kept-columns'
import { changeWords, typedWords, valueWords } from '../files/edited-before'
import { FINAL_STATES, useProfile } from '../files/queries'
import { DUPLICATE, isDuplicate } from '../files/repeat'
import { ReplacedBy } from '../files/replaced-by'
import { sentAs } from '../files/sent-as'
import { Undo } from '../files/undo'
import { undoneWords } from '../files/undo-words'
import { enteredWords, openSameKey, sameKeyOf, sameKeyWords, waitOf } from '../files/waiting-words'
import { answeredWords } from '../import/answered-rows'
import { leftOutRows } from '../import/other-rows'
import { currencyWords } from '../import/currencies'
import { type Edits, leftOutColumns } from '../import/edits'
import { replacedWords, unchangedWords } from '../import/replaced-rows'

interface Props {
  file: Schemas['FileDetail']
  /** What was decided about the columns before the commit; absent after a reload. */
  edits?: Edits | undefined
  /** The lists of records in the file that was sent: each is a part of its own, and no column that was left out. */
  lists?: string[] | undefined
  /** What a person was warned of before the commit; absent after a reload. */
  doubts?: string[] | undefined
  /** The dataset that was created from the file; absent or empty for none. */
  created?: string | undefined
}

/** What became of the rows of a file, what was decided about them, and what the next file gets of it. */
export function Receipt({ file, edits, lists, doubts = [], created = '' }: Props) {
  const units = useUnits(file.dataset)
  const titleOf = useTitles(file.dataset)
  const columns = useContract('source', file.state === 'done' ? file.dataset : '').data?.column_list ?? []
  const profiled = useProfile(file.file_id, file.state === 'done' && file.accepted > 0).data?.columns ?? []
  if (file.state === 'reverted') return <Undone file={file} />
  if (file.state !== 'done') return null
  const wait = waitOf(file)
  const types = Object.fromEntries(columns.map(({ name, type }) => [name, type]))
  return (
    <div data-testid="receipt">
      <Text fw={600} size="lg">
        {broughtWords(file)}
      </Text>
      <ReplacedBy file={file} />
      {created === file.dataset ? (
        <Text size="sm">The dataset {heading(created)} was created with these rows.</Text>
      ) : null}
      {file.edited_before?.sent_as ? (
        <Text size="sm">
          {sentAs(file.edited_before)}The file in the lake is {file.key}.
        </Text>
      ) : null}
      {[...currencyLines(file.edited_before, edits, units, titleOf), ...doubts].map((line) => (
        <Text key={line} size="sm" className="import-doubt">
          {line}
        </Text>
      ))}
      {[
        ownCurrencyLine(file.edited_before, edits, unitsOfValues(units, profiled), titleOf),
        leftOutLine(file.edited_before, edits, lists),
        blankLine(file.written_as),
        changedLine(file.edited_before),
        setLine(file.edited_before, titleOf),
        file.edited_before?.answers ? '' : rememberedLine(edits, types, titleOf),
      ]
        .filter(Boolean)
        .map((line) => (
          <Text key={line} size="sm">
            {line}
          </Text>
        ))}
      <KeptColumns names={file.kept_columns} dataset={file.dataset} />
      {file.accepted > 0 ? (
        <Text size="sm">
          <Anchor href={`#/datasets/${encodeURIComponent(file.dataset)}`}>
            The dataset {heading(file.dataset)}
          </Anchor>{' '}
          shows what its columns hold.
        </Text>
      ) : null}
      {wait > 0 ? (
        <Button
          component="a"
          size="compact-md"
          mt={4}
          variant={file.open_parts.length > 0 ? 'default' : 'filled'}
          href={`#/files/${encodeURIComponent(file.file_id)}`}
        >
          Correct the {wait === 1 ? 'row that waits' : `${wait} rows that wait`}
        </Button>
      ) : null}
      {wait === 0 && openSameKey(file) > 0 && !file.closed_by ? (
        <Button
          component="a"
          size="compact-md"
          mt={4}
          variant="default"
          href={`#/files/${encodeURIComponent(file.file_id)}`}
        >
          See the {openSameKey(file) === 1 ? 'row' : 'rows'} with the key of another row
        </Button>
      ) : null}
    </div>
  )
}

/** What a file and its corrections brought into the lake, and what of it waits. */
export function broughtWords(
  file: Pick<
    Schemas['FileDetail'],
    | 'state'
    | 'error'
    | 'accepted'
    | 'quarantined'
    | 'corrected'
    | 'ignored'
    | 'duplicates'
    | 'closed_by'
    | 'replaced_rows'
    | 'unchanged_rows'
  > &
    Partial<
      Pick<
        Schemas['FileDetail'],
        'reasons' | 'same_key' | 'taken_instead' | 'given_another_key' | 'edited_before'
      >
    >,
): string {
  if (!FINAL_STATES.has(file.state)) return `${capitalised(stateWords(file.state))}.`
  if (isDuplicate(file)) return `${DUPLICATE}: its rows came in with the first one.`
  if (file.state !== 'done') return file.accepted > 0 ? '' : 'No row of it is in a table.'
  const [rows, wait] = [file.accepted + file.corrected + (file.given_another_key ?? 0), waitOf(file)]
  const left = file.closed_by ? Math.max(0, file.quarantined - file.corrected - file.ignored) : 0
  const sameKey = openSameKey(file)
  const equal = file.duplicates - sameKeyOf(file)
  const parts = [
    `${count(rows, 'row')} ${rows === 1 ? 'is' : 'are'} in`,
    inPlaceWords(file.edited_before?.answers, rows),
    file.corrected > 0 ? `${whole(file.corrected)} of them corrected` : '',
    ...enteredWords(file),
    replacedWords(file.replaced_rows),
    unchangedWords(file.unchanged_rows),
    wait > 0 ? `${count(wait, 'row')} ${wait === 1 ? 'waits' : 'wait'} for a person` : '',
    left > 0 ? `${count(left, 'row')} ${left === 1 ? 'was' : 'were'} refused` : '',
    file.ignored > 0 ? `${count(file.ignored, 'row')} ${file.ignored === 1 ? 'is' : 'are'} ignored` : '',
    sameKey > 0 ? `${sameKeyWords(sameKey)} and ${sameKey === 1 ? 'is' : 'are'} not in` : '',
    equal > 0 ? count(equal, 'duplicate') : '',
  ]
  return `${parts.filter(Boolean).join(', ')}.`
}

/**
 * Which refused rows of another file the rows of a file replace; empty for other files.
 *
 * @example inPlaceWords({ rows: [6, 21], name: 'Preisliste.csv' }, 2) // 'in place of rows 6 and 21 of Preisliste.csv'
 */
function inPlaceWords(answers: Schemas['AnsweredFile'] | null | undefined, accepted: number): string {
  if (!answers || accepted === 0) return ''
  const verb = accepted === answers.rows.length ? 'in place of' : 'sent back for'
  return `${verb} ${answeredWords(answers.rows)} of ${answers.name || (answers.key.split('/').at(-1) ?? '')}`
}

/** An upload that was undone, beside the way back. */
function Undone({ file }: { file: Schemas['FileDetail'] }) {
  return (
    <Group gap="sm">
      <UndoneLine file={file} />
      <Undo file={file} />
    </Group>
  )
}

/** What the rows of an undone file are now. */
export function UndoneLine({ file, isPlain = false }: { file: Schemas['FileDetail']; isPlain?: boolean }) {
  return isPlain ? <Text size="sm">{undoneWords(file)}</Text> : <Text fw={600}>{undoneWords(file)}</Text>
}

type Kept = Schemas['FileEdits'] | null | undefined

/** Amounts that are in another currency than the table says. */
export function currencyLines(
  kept: Kept,
  edits: Edits | undefined,
  units: Record<string, string>,
  titleOf = columnTitle,
): string[] {
  const rows = kept?.currencies ?? {}
  const fields = [...new Set([...Object.keys(rows), ...Object.keys(edits?.currencies ?? {})])]
  return fields.map((name) => {
    const own = currencyOf(units[name] ?? '')
    const codes = rows[name] ? currencyWords(rows[name]) : (edits?.currencies[name] ?? []).join(' and ')
    return `${titleOf(name)} is stored${own ? ` as ${own}` : ' as it is'}, although the file says ${codes}. Nothing was converted.`
  })
}

/** The units of the columns that have an accepted value in a file; the units of a lake are of all its tables. */
export const unitsOfValues = (
  units: Record<string, string>,
  profiled: Pick<Schemas['ColumnProfile'], 'name' | 'facts'>[],
): Record<string, string> =>
  Object.fromEntries(
    profiled.flatMap(({ name, facts }) => {
      const values = Number(facts.rows ?? 0) - Number(facts.missing ?? 0) - Number(facts.invalid ?? 0)
      return units[name] && values > 0 ? [[name, units[name]]] : []
    }),
  )

/** In which currency the other amounts are stored; empty without any. */
export function ownCurrencyLine(
  kept: Kept,
  edits: Edits | undefined,
  units: Record<string, string>,
  titleOf = columnTitle,
): string {
  const foreign = { ...kept?.currencies, ...edits?.currencies }
  const own = Object.entries(units).filter(([name, unit]) => currencyOf(unit) && !(name in foreign))
  const stored = own.map(([name, unit]) => `${titleOf(name)} in ${currencyOf(unit)}`)
  return stored.length > 0 ? `Stored as the dataset has it: ${stored.join(', ')}.` : ''
}

/** The columns and rows of the file that are not in the lake. */
export function leftOutLine(kept: Kept, edits: Edits | undefined, lists: string[] = []): string {
  const isList = (name: string): boolean => lists.some((path) => path === name || path.endsWith(`.${name}`))
  const decided = edits ? leftOutColumns(edits, Object.keys(edits.columns)) : []
  const columns = (kept ? kept.left_out : decided).filter((name) => !isList(name))
  const listed = columns.length > 0 ? [`Left out: ${columns.join(', ')}`] : []
  const rows = kept ? leftOutRows(kept.rows_left_out, kept.left_out_kinds) : []
  return [...listed, ...rows].map(sentence).join(' ')
}

/** The rows of a text without any value, which are no data. */
export function blankLine({
  blank_rows: rows = '',
  blank_row_numbers: listed = '',
}: Record<string, string>): string {
  if (!Number(rows)) return ''
  return rows === '1'
    ? `Row ${listed} has no value in any cell and is no data.`
    : `${count(Number(rows), 'row')} (${listed}) have no value in any cell and are no data.`
}

/** The cells that were typed and the columns that were changed, in a few words. */
export function changedLine(
  kept: Pick<Schemas['FileEdits'], 'cells' | 'typed' | 'changes'> | null | undefined,
): string {
  if (!kept) return ''
  const typed = kept.typed.slice(0, MAX_TYPED).map(typedWords)
  const more = kept.cells - typed.length
  const cells = [...typed, more > 0 ? count(more, typed.length > 0 ? 'more typed cell' : 'typed cell') : '']
  const parts = [...cells, ...kept.changes.map(changeWords)].filter(Boolean)
  return parts.length > 0 ? `Changed before the commit: ${parts.join('; ')}.` : ''
}

/** The values that all rows without one got. */
export function setLine(kept: Kept, titleOf = columnTitle): string {
  const set = Object.entries(kept?.set_for_all ?? {}).filter(([, text]) => text)
  return set.length > 0
    ? `Filled in where the file has nothing: ${set.map(([name, text]) => `${titleOf(name)} with ${valueWords(text)}`).join(', ')}.`
    : ''
}

const MAX_TYPED = 3

const MOMENT = /^(date|timestamp)/

/** What the next file with this header gets of the decisions, and what is asked again. */
export function rememberedLine(
  edits: Edits | undefined,
  types: Record<string, string>,
  titleOf = columnTitle,
): string {
  const columns = Object.values(edits?.columns ?? {})
  if (!edits || columns.length === 0) return ''
  const defaults = edits.steps.filter((step) => step.kind === 'default')
  const isAsked = ({ column }: Edits['steps'][number]): boolean => MOMENT.test(types[column] ?? '')
  const codes = [...new Set(Object.values(edits.currencies).flat())]
  const kept = [
    'the same fields',
    Object.keys(edits.formats).length > 0 ? 'the same formats' : '',
    edits.steps.some((step) => step.kind !== 'default') ? 'the same changes of columns' : '',
    ...defaults
      .filter((step) => !isAsked(step) && step.text)
      .map(({ column, text }) => `${titleOf(column)} ${valueWords(text)}`),
  ].filter(Boolean)
  const asked = [
    ...defaults.filter(isAsked).map(({ column }) => titleOf(column)),
    codes.length > 0 ? `what to do with amounts in ${codes.join(' and ')}` : '',
  ].filter(Boolean)
  const list = kept.length > 1 ? `${kept.slice(0, -1).join(', ')} and ${kept.at(-1) ?? ''}` : (kept[0] ?? '')
  return `The mapping is remembered. The next file with this header gets ${list}${asked.length > 0 ? `; ${asked.join(' and ')} ${asked.length === 1 ? 'is' : 'are'} asked again` : ', and needs no decision'}.`
}
