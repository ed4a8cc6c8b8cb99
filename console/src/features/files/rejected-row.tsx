import { Anchor, Button, Group, NativeSelect, SimpleGrid, Stack, Table, Text, TextInput } from '@mantine/core'
import { useState } from 'react'

import type { Schemas } from '../../api/client'
import { withoutZeroExponent } from '../../api/format'
import { moment } from '../../formats/moments'
import type { TitleOf } from '../../formats/words'
import { asInFile, type Spellings } from './file-spelling'
import { isWord, reasonWords, writtenAs } from './reason-words'
import { isMistyped, otherCells, placeOf, placeWords, textWords } from './rejection-groups'
import { differencesInFile } from './sent-form'

interface Props {
  row: Schemas['RejectedRow']
  titleOf: TitleOf
  /** What was typed; null leaves the cell empty. */
  value: string | null
  /** Whether the cell can be left empty. */
  mayBeEmpty?: boolean
  onCorrect: ((value: string | null) => void) | undefined
  /** The type of the column in Athena, by which a value is chosen or typed. */
  type?: string | undefined
  /** By which a person knows the row again; empty where nothing does. */
  about: string
  /** What a row of another width needs to be written; absent for other rows. */
  whole?: Omit<WholeProps, 'row'> | undefined
  /** What a duplicate needs to be sent again; absent for other rows. */
  again?: AgainProps | undefined
  /** How the file writes its values. */
  spellings?: Spellings
}

interface WholeProps {
  row: Schemas['RejectedRow']
  fields: Schemas['ContractColumn'][]
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

/** One row with the cell that broke the rule; its number shows the other cells. */
export function RejectedRow({
  row,
  about,
  titleOf,
  value,
  mayBeEmpty = false,
  onCorrect,
  type,
  again,
  whole,
  spellings = {},
}: Props) {
  const [opened, setOpened] = useState(false)
  const [isWriting, setWriting] = useState(false)
  const place = placeOf(row)
  const fieldOf = (title: string) => Object.keys(row.record).find((name) => titleOf(name) === title) ?? ''
  const words = reasonWords(row, row.column ? titleOf(row.column) : '', mayBeEmpty)
  const reason = differencesInFile(words, spellings, fieldOf)
  const isRefused = row.correction === 'refused' // its refused value is in the box
  const leaveEmpty =
    onCorrect && mayBeEmpty && (value === '' || (isRefused && value !== null)) ? (
      <Button
        size="compact-xs"
        variant="default"
        w="max-content"
        aria-label={`Leave ${titleOf(row.column)} of row ${place} empty`}
        onClick={() => onCorrect(null)}
      >
        Leave empty
      </Button>
    ) : null
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
        <Table.Td title={row.column} visibleFrom="sm">
          {row.column ? titleOf(row.column) : 'whole row'}
        </Table.Td>
        <Table.Td className="any-text">
          {shownCell(row, spellings)}
          {about ? (
            <Text size="xs" className="muted">
              {about}
            </Text>
          ) : null}
          <Text size="xs" className="muted" hiddenFrom="sm">
            {reason}
          </Text>
        </Table.Td>
        <Table.Td visibleFrom="sm">{reason}</Table.Td>
        <Table.Td>
          {row.correction ? <Sent row={row} titleOf={titleOf} spellings={spellings} /> : null}
          {onCorrect && value === null ? (
            <LeftEmpty cell={`${titleOf(row.column)} of row ${place}`} onWrite={() => onCorrect('')} />
          ) : null}
          {onCorrect && value !== null ? (
            <Stack gap={4}>
              {isWord(row) ? leaveEmpty : null}
              <CellInput
                type={type}
                name={`Corrected ${titleOf(row.column)} of row ${place}`}
                hidden={writtenAs(row.reason)}
                truth={truthWords(row.reason)}
                value={value}
                onChange={onCorrect}
              />
              {isWord(row) ? null : leaveEmpty}
              {row.earlier && value === '' ? (
                <Button
                  size="compact-xs"
                  variant="default"
                  w="max-content"
                  aria-label={`Correct row ${place} as in the earlier version`}
                  onClick={() => onCorrect(row.earlier?.value ?? null)}
                >
                  {againWords(row.earlier, spellings[row.column])}
                </Button>
              ) : null}
            </Stack>
          ) : null}
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
          <Table.Td colSpan={5}>
            <WriteRow row={row} titleOf={titleOf} {...whole} />
          </Table.Td>
        </Table.Tr>
      ) : null}
      {opened ? (
        <Table.Tr>
          <Table.Td colSpan={5} className="any-text">
            {otherCells(row, titleOf, spellings).map(([name, cell]) => (
              <Text key={name} span size="sm" mr="md">
                <Text span inherit className="muted">
                  {name}
                </Text>{' '}
                {cell}{' '}
              </Text>
            ))}
          </Table.Td>
        </Table.Tr>
      ) : null}
    </>
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

/** The cell that broke the rule; a text that is not of its type is as it was sent. */
function shownCell({ rule, column, value, record }: Schemas['RejectedRow'], spellings: Spellings): string {
  const text = value === null || value === undefined ? undefined : withoutZeroExponent(value)
  const own = rule === 'type' ? undefined : asInFile(text ?? '', spellings[column])
  return own ?? text ?? record._raw ?? '–'
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
  label?: string
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

/** The refused cell and its correction, as in `n/a → empty`; empty where the new value is hidden. */
export function changeOf(row: Schemas['RejectedRow'], spellings: Spellings): string {
  if (row.is_corrected_to_empty) return `${shownCell(row, spellings)} → empty`
  const after = row.corrected_value ? textWords(row.corrected_value, spellings[row.column]) : ''
  return after && row.column ? `${shownCell(row, spellings)} → ${after}` : after
}

/** The cells of a row that was written as a whole, as in `Product id BW-0500 · List price 12,50`. */
export const writtenCells = (
  { corrected_cells: cells }: Pick<Schemas['RejectedRow'], 'corrected_cells'>,
  titleOf: TitleOf,
  spellings: Spellings,
): string =>
  Object.entries(cells)
    .map(([name, text]) => `${titleOf(name)} ${textWords(text, spellings[name])}`)
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
  const change = changeOf(row, spellings) || writtenCells(row, titleOf, spellings)
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
