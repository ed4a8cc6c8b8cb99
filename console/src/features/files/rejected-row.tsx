import { Anchor, Button, Group, NativeSelect, SimpleGrid, Stack, Table, Text, TextInput } from '@mantine/core'
import { useState } from 'react'

import type { Schemas } from '../../api/client'
import { withoutZeroExponent } from '../../api/format'
import { moment } from '../../formats/moments'
import type { TitleOf } from '../../formats/words'
import { asInFile, type Spellings } from './file-spelling'
import { isWord, reasonWords, writtenAs } from './reason-words'
import {
  isMistyped,
  isOptional,
  otherCells,
  placeOf,
  placeWords,
  type Refusal,
  refusedCells,
  textWords,
} from './rejection-groups'
import { differencesInFile } from './sent-form'

interface Props {
  row: Schemas['RejectedRow']
  titleOf: TitleOf
  /** The columns of the dataset. */
  fields: Schemas['ContractColumn'][]
  /** What was typed, by column; null leaves the cell empty. */
  values: Record<string, string | null>
  /** Sends a cell; absent where nobody types one. */
  onCorrect: ((column: string, value: string | null) => void) | undefined
  /** By which a person knows the row again; empty where nothing does. */
  about: string
  /** What a row of another width needs to be written; absent for other rows. */
  whole?: Omit<WholeProps, 'row' | 'fields'> | undefined
  /** What a duplicate needs to be sent again; absent for other rows. */
  again?: AgainProps | undefined
  /** How the file writes its values. */
  spellings?: Spellings
}

interface WholeProps extends Pick<Props, 'row' | 'fields'> {
  /** What was typed; empty while the row is not sent. */
  values: Record<string, string | null>
  /** Sends these cells; without any, the row is not sent. */
  onChange: (values: Record<string, string | null> | undefined) => void
}

interface AgainProps {
  keyColumns: string[]
  values: Record<string, string | null>
  /** Sends these cells; without any, the row is not sent. */
  onChange: (values: Record<string, string | null> | undefined) => void
}

/** One row with the cells that broke rules; its number shows the other cells, which can be typed as well. */
export function RejectedRow({
  row,
  about,
  titleOf,
  fields,
  values,
  onCorrect,
  again,
  whole,
  spellings = {},
}: Props) {
  const [opened, setOpened] = useState(false)
  const [isWriting, setWriting] = useState(false)
  const place = placeOf(row)
  const fieldOf = (title: string) => Object.keys(row.record).find((name) => titleOf(name) === title) ?? ''
  const refused = refusedCells(row)
  const reasons = refused.map((cell) => {
    const mayBeEmpty = isOptional(fields, cell.column) && Boolean(cell.value)
    const words = reasonWords(cell, cell.column ? titleOf(cell.column) : '', mayBeEmpty)
    return differencesInFile(words, spellings, fieldOf)
  })
  const others = refused.slice(1)
  return (
    <>
      <Table.Tr>
        <Table.Td className="number">
          <Button
            size="compact-xs"
            variant="default"
            aria-expanded={opened}
            aria-label={`All cells of row ${place}`}
            onClick={() => setOpened(!opened)}
          >
            {place}
          </Button>
          {placeWords(row) ? (
            <Text size="xs" className="muted">
              {row.sheet ? `sheet ${row.sheet}` : placeWords(row)}
            </Text>
          ) : null}
        </Table.Td>
        <Table.Td className="any-text">
          {about ? <Text size="sm">{about}</Text> : null}
          <Text size="sm" fw={600} title={row.column}>
            {row.column ? titleOf(row.column) : 'Whole row'}: {shownCell(row, spellings)}
          </Text>
          {others.map(({ column, value }) => (
            <Text key={column} size="sm" fw={600}>
              {titleOf(column)}: {value || '–'}
            </Text>
          ))}
          <Text size="xs" className="muted" hiddenFrom="sm">
            {reasons.join(' ')}
          </Text>
        </Table.Td>
        <Table.Td visibleFrom="sm">{reasons.join(' ')}</Table.Td>
        <Table.Td>
          {row.correction ? <Sent row={row} titleOf={titleOf} spellings={spellings} /> : null}
          {onCorrect
            ? refused
                .filter(({ column }) => column)
                .map((cell) => (
                  <CellCorrection
                    key={cell.column}
                    row={row}
                    cell={cell}
                    title={titleOf(cell.column)}
                    isOfSeveral={others.length > 0}
                    fields={fields}
                    value={values[cell.column] === undefined ? '' : (values[cell.column] ?? null)}
                    spelling={spellings[cell.column]}
                    onCorrect={(value) => onCorrect(cell.column, value)}
                  />
                ))
            : null}
          {whole ? (
            <Button
              size="compact-xs"
              variant="default"
              aria-expanded={isWriting}
              onClick={() => setWriting(!isWriting)}
            >
              Write the cells of row {place}
            </Button>
          ) : null}
          {again ? <EnterAgain row={row} titleOf={titleOf} {...again} /> : null}
        </Table.Td>
      </Table.Tr>
      {whole && isWriting ? (
        <Table.Tr>
          <Table.Td colSpan={4}>
            <WriteRow row={row} fields={fields} titleOf={titleOf} {...whole} />
          </Table.Td>
        </Table.Tr>
      ) : null}
      {opened ? (
        <Table.Tr>
          <Table.Td colSpan={4} className="any-text">
            {onCorrect ? (
              <OtherCells {...{ row, fields, titleOf, values, spellings, onCorrect }} />
            ) : (
              otherCells(row, titleOf, spellings).map(([name, cell]) => (
                <Text key={name} span size="sm" mr="md">
                  <Text span inherit className="muted">
                    {name}
                  </Text>{' '}
                  {cell}{' '}
                </Text>
              ))
            )}
          </Table.Td>
        </Table.Tr>
      ) : null}
    </>
  )
}

interface CorrectionProps {
  row: Schemas['RejectedRow']
  cell: Refusal
  title: string
  isOfSeveral: boolean
  fields: Schemas['ContractColumn'][]
  value: string | null
  spelling: Spellings[string] | undefined
  onCorrect: (value: string | null) => void
}

/** The box of one refused cell, with the ways to fill it. */
function CellCorrection({
  row,
  cell,
  title,
  isOfSeveral,
  fields,
  value,
  spelling,
  onCorrect,
}: CorrectionProps) {
  const place = placeOf(row)
  if (value === null) return <LeftEmpty cell={`${title} of row ${place}`} onWrite={() => onCorrect('')} />
  const isRefused = row.correction === 'refused' // its refused value is in the box
  const leaveEmpty =
    isOptional(fields, cell.column) && cell.value && (value === '' || isRefused) ? (
      <Button
        size="compact-xs"
        variant="default"
        w="max-content"
        aria-label={`Leave ${title} of row ${place} empty`}
        onClick={() => onCorrect(null)}
      >
        Leave empty
      </Button>
    ) : null
  const { earlier } = cell.column === row.column ? row : { earlier: null }
  return (
    <Stack gap={4}>
      {isWord(cell) ? leaveEmpty : null}
      <CellInput
        type={typeOf(fields, cell.column)}
        name={`Corrected ${title} of row ${place}`}
        label={isOfSeveral ? title : undefined}
        hidden={writtenAs(cell.reason)}
        truth={truthWords(cell.reason)}
        value={value}
        onChange={onCorrect}
      />
      {isWord(cell) ? null : leaveEmpty}
      {earlier && value === '' ? (
        <Button
          size="compact-xs"
          variant="default"
          w="max-content"
          aria-label={`Correct row ${place} as in the earlier version`}
          onClick={() => onCorrect(earlier.value)}
        >
          {againWords(earlier, spelling)}
        </Button>
      ) : null}
    </Stack>
  )
}

const typeOf = (fields: Schemas['ContractColumn'][], column: string): string | undefined =>
  fields.find(({ name }) => name === column)?.type

/** The cells of a row that the gate did not refuse, each in a box; one that is changed is sent, and an empty one is left empty. */
function OtherCells({
  row,
  fields,
  titleOf,
  values,
  spellings,
  onCorrect,
}: Required<Pick<Props, 'row' | 'fields' | 'titleOf' | 'values' | 'spellings'>> & {
  onCorrect: NonNullable<Props['onCorrect']>
}) {
  const place = placeOf(row)
  const refused = refusedCells(row).map(({ column }) => column)
  const shown = fields.filter(({ name }) => name in row.record && !refused.includes(name))
  const texts = Object.fromEntries(
    shown.map(({ name }) => [name, textWords(row.record[name] ?? '', spellings[name])]),
  )
  return (
    <SimpleGrid cols={{ base: 1, xs: 2, sm: 3, lg: 4 }} spacing="xs" verticalSpacing={4}>
      {shown.map(({ name, type, sensitive }) =>
        sensitive ? (
          <Text key={name} size="sm">
            <Text span inherit className="muted">
              {titleOf(name)}
            </Text>{' '}
            {texts[name] || '–'}
          </Text>
        ) : (
          <CellInput
            key={name}
            type={type}
            label={titleOf(name)}
            name={`${titleOf(name)} of row ${place}`}
            value={(values[name] === undefined ? texts[name] : values[name]) ?? ''}
            onChange={(text) => onCorrect(name, text === texts[name] ? '' : text || null)}
          />
        ),
      )}
    </SimpleGrid>
  )
}

/**
 * The correction of the same cell in an earlier version of the file.
 *
 * @example againWords(earlier) // 'Use 49,90 again, as in the version of 29 Nov 2026, 22:39'
 */
export const againWords = (
  { value, received_at: at }: NonNullable<Schemas['RejectedRow']['earlier']>,
  spelling?: Spellings[string],
): string =>
  `${value == null ? 'Leave empty' : `Use ${textWords(value, spelling)}`} again, as in the version of ${moment(at)}`

/** A cell that a correction leaves empty, and the way back to a value. */
function LeftEmpty({ cell, onWrite }: { cell: string; onWrite: () => void }) {
  return (
    <Group gap="xs">
      <Text size="sm">left empty</Text>
      <Button size="compact-xs" variant="default" aria-label={`Write ${cell}`} onClick={onWrite}>
        Write a value
      </Button>
    </Group>
  )
}

/** The cell that broke the rule; of a row of another width its text. */
const shownCell = (row: Schemas['RejectedRow'], spellings: Spellings): string =>
  (row.value == null ? undefined : cellInFile(row, row.column, spellings)) ?? row.record._raw ?? '–'

/** A cell of the row; a text that is not of its type is as it was sent. */
function cellInFile(row: Schemas['RejectedRow'], name: string, spellings: Spellings): string | undefined {
  const value = name === row.column ? row.value : row.record[name]
  if (value == null) return undefined
  const text = withoutZeroExponent(value)
  const isUnread = refusedCells(row).some(({ column, rule }) => column === name && rule === 'type')
  return isUnread ? text : (asInFile(text, spellings[name]) ?? text)
}

const TRUTH = /Write (\S+) or ([^\s.]+)\.?$/

/** The words for true and false that a reason asks for, else yes and no. */
export function truthWords(reason: string): [string, string] {
  const [, yes = 'yes', no = 'no'] = TRUTH.exec(reason) ?? []
  return yes === 'true' ? ['yes', 'no'] : [yes, no]
}

interface CellProps {
  type: string | undefined
  name: string
  label?: string | undefined
  value: string
  /** How the cell looks whose digits are hidden, or an example of how it is written. */
  hidden?: string | undefined
  /** The words of the file for true and false. */
  truth?: [string, string]
  onChange: (value: string) => void
}

/** A box for one cell; yes or no is chosen. */
function CellInput({ type, name, label, value, hidden, truth = ['yes', 'no'], onChange }: CellProps) {
  const shown = { size: 'xs', 'aria-label': name, label, value, miw: { base: '5rem', sm: '8rem' } } as const
  return type === 'boolean' ? (
    <NativeSelect
      {...shown}
      data={[
        { value: '', label: '' },
        { value: 'true', label: truth[0] },
        { value: 'false', label: truth[1] },
      ]}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  ) : (
    <TextInput
      {...shown}
      placeholder={hidden}
      error={isMistyped(value, type) ? 'has no digit' : undefined}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  )
}

/** Every cell of a row whose cells belong to no columns; an empty one stays empty, and the row is sent once one is typed. */
function WriteRow({ row, fields, titleOf, values, onChange }: WholeProps & { titleOf: TitleOf }) {
  const place = placeOf(row)
  const names = fields.map(({ name }) => name)
  const isSent = Object.keys(values).length > 0
  const begun = { ...Object.fromEntries(names.map((name) => [name, null])), ...row.cells, ...values }
  const isHidden = Object.keys(row.hidden_cells).length > 0
  return (
    <Stack gap="xs">
      <Text size="xs" className="muted any-text">
        The row in the file: {row.record._raw}
      </Text>
      <Text size="xs" className="muted">
        Its cells from left to right, with the values of all rows: put each into its place.
        {isHidden ? ' A # is a hidden digit: type these cells in full, as they are in your file.' : ''}
      </Text>
      <SimpleGrid cols={{ base: 1, xs: 2, sm: 3, lg: 4 }} spacing="xs" verticalSpacing={4}>
        {fields.map(({ name, type }) => (
          <CellInput
            key={name}
            type={type}
            label={titleOf(name)}
            name={`${titleOf(name)} of row ${place}`}
            value={begun[name] ?? ''}
            hidden={row.hidden_cells[name]}
            onChange={(value) => onChange({ ...begun, [name]: value || null })}
          />
        ))}
      </SimpleGrid>
      {isSent ? (
        <Group>
          <Button size="compact-xs" variant="default" onClick={() => onChange(undefined)}>
            Do not send row {place}
          </Button>
        </Group>
      ) : null}
    </Stack>
  )
}

/** A duplicate enters the lake with a key of its own, or instead of the row that was kept. */
function EnterAgain({
  row,
  keyColumns,
  titleOf,
  values,
  onChange,
}: AgainProps & { row: Schemas['RejectedRow']; titleOf: TitleOf }) {
  const place = placeOf(row)
  const ownKey = Object.fromEntries(keyColumns.map((name) => [name, row.record[name] ?? null]))
  const isChosen = Object.keys(values).length > 0
  const takesItsPlace = isChosen && keyColumns.every((name) => values[name] === ownKey[name])
  if (takesItsPlace)
    return (
      <Group gap="xs">
        <Text size="sm">{replacingWords(row.reason)}</Text>
        <Button
          size="compact-xs"
          variant="default"
          aria-label={`Do not take row ${place} instead`}
          onClick={() => onChange(undefined)}
        >
          Take it back
        </Button>
      </Group>
    )
  // A field that was cleared is no other key.
  function type(name: string, text: string): void {
    const typed = { ...values, [name]: text }
    onChange(keyColumns.some((column) => typed[column]) ? { ...ownKey, ...withoutEmpty(typed) } : undefined)
  }
  return (
    <Stack gap={4} align="start">
      {keyColumns.map((name) => (
        <TextInput
          key={name}
          size="xs"
          aria-label={`Corrected ${titleOf(name)} of row ${place}`}
          placeholder={`another ${titleOf(name).toLowerCase()}`}
          value={values[name] ?? ''}
          miw={{ base: '5rem', sm: '8rem' }}
          onChange={(event) => type(name, event.currentTarget.value)}
        />
      ))}
      {row.may_replace && !isChosen && keyColumns.length > 0 ? (
        <Button
          size="compact-xs"
          variant="default"
          aria-label={`Take row ${place} instead`}
          onClick={() => onChange(ownKey)}
        >
          Take this row instead
        </Button>
      ) : null}
    </Stack>
  )
}

const KEPT_ROW = /^Row (\d+) has the same key/

/** What sending a row with its own key does, of which the reason names the row that was kept. */
export function replacingWords(reason: string): string {
  const [, kept] = KEPT_ROW.exec(reason) ?? []
  return `Replaces ${kept ? `row ${kept}` : 'the row that was kept'} once it is sent`
}

const withoutEmpty = (values: Record<string, string | null>): Record<string, string | null> =>
  Object.fromEntries(Object.entries(values).filter(([, text]) => text))

const OUTCOMES = {
  sent: 'sent, not checked yet',
  accepted: 'corrected and accepted',
  instead: 'taken instead',
  refused: 'correction refused',
}

/** The cells that a person wrote in a refused row, as in `List price 12,50 · Category empty`; hidden ones are left out. */
export const typedWords = (row: Schemas['RejectedRow'], titleOf: TitleOf, spellings: Spellings): string => {
  const cells = correctedTexts({ ...row, correction: 'refused' }, spellings)
  return cells.map(([name, text]) => `${titleOf(name)} ${text}`).join(' · ')
}

/** The texts that a person wrote, by column: in a refused row as they were typed, in the spelling of the file. */
const correctedTexts = (row: Schemas['RejectedRow'], spellings: Spellings): [string, string][] =>
  Object.entries(row.corrected_cells).map(([name, text]) => {
    const typed = row.correction === 'refused' ? (asInFile(text ?? '', spellings[name]) ?? text) : undefined
    return [name, typed || (text ? textWords(text, spellings[name]) : 'empty')]
  })

/** The cells that a person wrote with those of the file, as in `List price: n/a → empty`; hidden ones are left out. */
export const writtenCells = (
  row: Schemas['RejectedRow'],
  titleOf: TitleOf,
  spellings: Spellings,
  isNamed = true,
): string =>
  correctedTexts(row, spellings)
    .map(([name, after]) => {
      const title = isNamed || name !== row.column ? titleOf(name) : ''
      const before = name in row.record ? cellInFile(row, name, spellings) : ''
      return before ? `${title ? `${title}: ` : ''}${before} → ${after}` : `${title} ${after}`.trim()
    })
    .join(' · ')

function Sent({
  row,
  titleOf,
  spellings,
}: {
  row: Schemas['RejectedRow']
  titleOf: TitleOf
  spellings: Spellings
}) {
  if (!row.correction) return null
  const change = writtenCells(row, titleOf, spellings, false)
  return (
    <>
      <Anchor size="sm" href={`#/files/${encodeURIComponent(row.corrected_by)}`}>
        {OUTCOMES[row.is_taken_instead ? 'instead' : row.correction]}
      </Anchor>
      {change || row.corrected_as ? (
        <Text size="xs" className="any-text">
          {change}
          {row.corrected_as ? ` by ${row.corrected_as}` : ''}
        </Text>
      ) : null}
      {row.correction_reason ? <Text size="xs">{row.correction_reason}</Text> : null}
    </>
  )
}
