import { Alert, Button, Group, Text } from '@mantine/core'

import { count, whole } from '../../api/format'
import { TextList } from '../../components/text-list'
import { valueWords } from '../files/edited-before'
import { futureWords, titleOf } from './column-header'
import { type Deciding, withField, withoutStep } from './edits'
import { FUTURE } from './shown-rows'
import { stepWords } from './step-words'

/** Dates in the future that were committed in fields of the past, a sentence each. */
export const futureLines = (
  { mapping, grid }: Pick<Deciding['result'], 'mapping' | 'grid'>,
  edits: Deciding['edits'],
): string[] =>
  Object.entries(grid?.to_come ?? {}).flatMap(([column, dates]) => {
    const field = mapping?.fields.find(({ name }) => name === edits.columns[column])
    return field?.records_past
      ? `${column} as ${field.title}: ${futureWords(dates)}. Until then such a row may win over later corrections of it.`
      : []
  })

/** Columns of days to come that were taken for a field of the past: a typing error, or the column of another field. */
export function FutureDates({
  result,
  edits,
  onChange,
  onShow,
}: Deciding & { onShow: (show: string) => void }) {
  const fields = result.mapping?.fields ?? []
  return Object.entries(result.grid?.to_come ?? {}).map(([column, dates]) => {
    const field = fields.find((one) => one.name === edits.columns[column])
    if (!field?.records_past) return null
    // One slip is no reason to lose a field that every row needs; a column of days to come may be another field.
    const mayLeaveOut = !field.required || dates.rows * 2 > (result.grid?.rows ?? 0)
    return (
      <Group key={column} gap="xs" role="alert">
        <Text size="sm" className="import-doubt">
          {column} as {field.title}: {futureWords(dates)}.
          {mayLeaveOut
            ? ''
            : ` Correct ${dates.rows === 1 ? 'it in its cell, or leave the row out' : 'them in their cells, or leave the rows out'}.`}
        </Text>
        {result.outcome === 'needs_mapping' ? null : (
          <Button size="compact-sm" variant="default" onClick={() => onShow(FUTURE)}>
            Show {dates.rows === 1 ? 'the row' : 'the rows'}
          </Button>
        )}
        {mayLeaveOut ? (
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => onChange(withField(edits, column, null))}
          >
            Leave {column} out
          </Button>
        ) : null}
      </Group>
    )
  })
}

/** Card numbers in a file of no contract: they are hidden here, and nothing masks them in the file itself. */
export function HiddenNumbers({ result, edits }: Omit<Deciding, 'onChange'>) {
  const columns = Object.entries(result.grid?.hidden_numbers ?? {})
  if (edits.dataset || columns.length === 0) return null
  const all = columns.reduce((sum, [, cells]) => sum + cells, 0)
  const where = columns.map(([name, cells]) => `${name} (${whole(cells)})`).join(', ')
  return (
    <Alert
      color="orange"
      p="xs"
      title={`${count(all, 'card or social security number')} ${all === 1 ? 'was' : 'were'} hidden`}
    >
      They are in {where}. They are hidden on this page only: the file keeps them until it is in a dataset
      that masks these columns. Choose its dataset, create one, or send the file without these columns.
    </Alert>
  )
}

/** Columns whose values are hidden, each with the rule. */
export function HiddenColumns({ grid }: Pick<Deciding['result'], 'grid'>) {
  const columns = Object.entries(grid?.hidden_because ?? {})
  if (columns.length === 0) return null
  return (
    <details>
      <summary>
        <Text size="sm" span>
          The values of {count(columns.length, 'column')} are hidden
        </Text>
      </summary>
      <TextList lines={columns.map(([name, because]) => `${name}: ${because}.`)} label="Hidden columns" />
    </details>
  )
}

/** Lines of totals: they stay out, because every sum over the table would count other rows twice. */
export function Totals({ result, edits, onChange }: Deciding) {
  return (
    <OtherRows
      label="Totals"
      rows={result.grid?.totals ?? []}
      words={(isOne) => (isOne ? 'is a line of totals' : 'are lines of totals')}
      edits={edits}
      onChange={onChange}
    />
  )
}

/** Notes below the rows: they stay out, because they say something of the report and nothing of a row. */
export function FooterRows({ result, edits, onChange }: Deciding) {
  return (
    <OtherRows
      label="Notes below the rows"
      rows={result.grid?.footer_rows ?? []}
      words={(isOne) => (isOne ? 'is a note below the rows' : 'are notes below the rows')}
      edits={edits}
      onChange={onChange}
    />
  )
}

/** Rows below the header with questions, units or other names: they stay out, because they hold no values. */
export function DescriptionRows({ result, edits, onChange }: Deciding) {
  return (
    <OtherRows
      label="Rows that describe the columns"
      rows={result.grid?.description_rows ?? []}
      words={(isOne) => (isOne ? 'describes the columns' : 'describe the columns')}
      edits={edits}
      onChange={onChange}
    />
  )
}

/** Rows without any value: the gate leaves them out of every text, so there is nothing to decide. */
export function BlankRows({ result }: Pick<Deciding, 'result'>) {
  const { blank = 0, blank_rows: rows = [] } = result.grid ?? {}
  if (blank === 0) return null
  const more = blank - rows.length
  return (
    <Text size="sm">
      {blank === 1 ? 'Row' : 'Rows'} {rows.map(whole).join(', ')}
      {more > 0 ? ` and ${whole(more)} more` : ''} {blank === 1 ? 'has' : 'have'} no value in any cell and{' '}
      {blank === 1 ? 'stays' : 'stay'} out.
    </Text>
  )
}

/** Rows that are no data, with the button that takes them as rows or leaves them out. */
function OtherRows({
  label,
  rows,
  words,
  edits,
  onChange,
}: Omit<Deciding, 'result'> & { label: string; rows: number[]; words: (isOne: boolean) => string }) {
  if (!edits.dataset || rows.length === 0) return null
  const areOut = rows.every((row) => edits.left_out.includes(row))
  const others = edits.left_out.filter((row) => !rows.includes(row))
  const isOne = rows.length === 1
  return (
    <Group gap="xs" role="group" aria-label={label}>
      <Text size="sm">
        {isOne ? 'Row' : 'Rows'} {rows.map(whole).join(', ')} {words(isOne)}
        {areOut ? ` and ${isOne ? 'stays' : 'stay'} out.` : '.'}
      </Text>
      <Button
        size="compact-sm"
        variant="default"
        onClick={() => onChange({ ...edits, left_out: areOut ? others : [...others, ...rows] })}
      >
        {areOut ? `Keep ${isOne ? 'it' : 'them'} as ${isOne ? 'a row' : 'rows'}` : 'Leave out'}
      </Button>
    </Group>
  )
}

/** The values that a person set for all rows, in sight: the columns that they fill may be out of view. */
export function SetForAll({ result, edits, onChange }: Deciding) {
  const own = new Set(result.grid?.columns)
  const set = edits.steps.filter((step) => step.kind === 'default' && !own.has(step.column))
  if (set.length === 0) return null
  return (
    <Group gap="xs" role="group" aria-label="Set for all rows">
      <Text size="sm">Set for all rows:</Text>
      {set.map(({ column, text }) => {
        const title = titleOf(result.mapping?.fields, edits.columns[column] ?? column)
        return (
          <Group key={column} gap={4} wrap="nowrap" align="center">
            <Text size="sm">
              {title} {text ? valueWords(text) : 'empty'}
            </Text>
            <Button
              size="compact-sm"
              variant="subtle"
              color="gray"
              aria-label={`Change ${title}`}
              onClick={() => onChange(withoutDefault(edits, column))}
            >
              Change
            </Button>
          </Group>
        )
      })}
    </Group>
  )
}

/** The proposed steps that were taken, each with its way back: the cells below are as they are in the file. */
export function TakenSteps({ result, edits, onChange }: Deciding) {
  const columns = result.grid?.columns ?? []
  const taken = edits.steps.filter(({ kind }) =>
    ['join', 'country', 'repeated_hour', 'apostrophe'].includes(kind),
  )
  if (taken.length === 0) return null
  return (
    <Group gap="xs" role="group" aria-label="Steps of this file">
      {taken.map((step) => {
        const said = stepWords(
          step,
          titleOf(result.mapping?.fields, edits.columns[step.column] ?? step.column),
        )
        return (
          <Group key={`${step.kind} ${step.column}`} gap={4} wrap="nowrap" align="start">
            <Text size="sm">{said.charAt(0).toUpperCase() + said.slice(1)}</Text>
            <Button
              size="compact-sm"
              variant="subtle"
              color="gray"
              style={{ flexShrink: 0 }}
              aria-label={`Undo: ${said}`}
              onClick={() => onChange(withoutStep(edits, step, columns))}
            >
              Undo
            </Button>
          </Group>
        )
      })}
    </Group>
  )
}

/** Ask again for the value of a field that the file has no column for. */
function withoutDefault(edits: Deciding['edits'], column: string): Deciding['edits'] {
  const steps = edits.steps.filter((step) => !(step.kind === 'default' && step.column === column))
  return { ...withField(edits, column, undefined), steps }
}
