import { Alert, Button, Group, Text } from '@mantine/core'

import { words } from './column-header'
import {
  asTheyAre,
  currencyWords,
  type ForeignAmounts,
  foreignAmounts,
  isDecided,
  unstatedAmounts,
  withoutAmounts,
} from './currencies'
import { type Deciding, withField } from './edits'

interface Props extends Deciding {
  /** The decisions that are remembered for files with these columns. */
  remembered?: Deciding['edits'] | undefined
}

/** Amounts in other currencies than those of the dataset: nothing converts them, so a person decides. */
export function CurrencyQuestion({ result, edits, remembered, onChange }: Props) {
  const dataset = words(edits.dataset || result.dataset)
  const unstated = unstatedAmounts(result, edits, remembered)
  return (
    <>
      {foreignAmounts(result, edits).map((amounts) => (
        <Question
          key={amounts.columns.map(({ column }) => column).join()}
          amounts={amounts}
          dataset={dataset}
          result={result}
          edits={edits}
          onChange={onChange}
        />
      ))}
      {Object.entries(unstated).map(([currency, columns]) => (
        <Text key={currency} size="sm" role="note">
          {columns.join(', ')}: stored as {currency}, the currency of {dataset}; the file names none. If the
          amounts are in another one, convert them in the file and send it again.
        </Text>
      ))}
    </>
  )
}

function Question({
  amounts,
  dataset,
  result,
  edits,
  onChange,
}: Omit<Props, 'remembered'> & { amounts: ForeignAmounts; dataset: string }) {
  const names = amounts.columns.map(({ column }) => column).join(', ')
  const [sign = '', ...meant] = amounts.signs ?? []
  const said = sign
    ? `${sign}, taken for ${currencyWords(amounts.rows)}`
    : `${currencyWords(amounts.rows)}, as the file says`
  const inWords = `${names}: these amounts are in ${said}; ${dataset} is in ${amounts.own}.`
  if (isDecided(amounts, edits))
    return (
      <Group gap="xs">
        <Text size="sm" className="import-doubt">
          {inWords} They are taken as they are, without a conversion: 100 counts as 100 {amounts.own}. The
          next file is asked about again.
        </Text>
        <Button
          size="compact-sm"
          variant="subtle"
          color="gray"
          onClick={() => onChange(undecided(edits, amounts))}
        >
          Change
        </Button>
      </Group>
    )
  const kept = codeColumn(result, edits)
  const isNeeded = amounts.columns.some(({ field }) => field.required && !field.may_be_empty)
  return (
    <Alert color="orange" p="xs" title={inWords}>
      <Group gap="xs">
        {kept ? (
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => onChange(asTheyAre(withField(edits, kept.column, kept.field.name), amounts))}
          >
            Keep {kept.column} as {kept.field.title}
          </Button>
        ) : null}
        {isNeeded ? null : (
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => onChange(withoutAmounts(edits, amounts))}
          >
            Leave {amounts.columns.length === 1 ? names : 'these amounts'} out
          </Button>
        )}
        <Button size="compact-sm" variant="default" onClick={() => onChange(asTheyAre(edits, amounts))}>
          {meant.includes(amounts.own)
            ? `${sign} means ${amounts.own} here: take the figures as they are`
            : 'Take the figures as they are'}
        </Button>
        <Text size="sm" className="muted">
          {sign ? `${sign} may be ${meant.join(', ')}. ` : ''}Nothing is converted: taken as they are, 100 in
          the file counts as 100 {amounts.own} in every sum. To count their worth in {amounts.own}, convert
          them in the file and send it again. To keep their currency, make the file a dataset of its own,
          whose amounts have it as their unit.
        </Text>
      </Group>
    </Alert>
  )
}

/** The column of codes and the field for a currency, where the dataset has one that no column is yet. */
function codeColumn({ grid, mapping }: Deciding['result'], edits: Deciding['edits']) {
  const taken = new Set(Object.values(edits.columns))
  const field = (mapping?.fields ?? []).find(
    (one) => /(^|_)currency(_code)?$/.test(one.name) && one.type.startsWith('string') && !taken.has(one.name),
  )
  const column = Object.keys(grid?.currencies ?? {}).find((name) => !edits.columns[name])
  return field && column ? { field, column } : undefined
}

function undecided(edits: Deciding['edits'], { columns }: ForeignAmounts): Deciding['edits'] {
  const fields = new Set(columns.map(({ field }) => field.name))
  const others = Object.entries(edits.currencies).filter(([name]) => !fields.has(name))
  return { ...edits, currencies: Object.fromEntries(others) }
}
