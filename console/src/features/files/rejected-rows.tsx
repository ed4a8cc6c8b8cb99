import { Button, Group, NativeSelect, Stack, Table, Text } from '@mantine/core'
import { useState } from 'react'

import type { Schemas } from '../../api/client'
import { count } from '../../api/format'
import { Failed, Waiting } from '../../components/states'
import { everyRejectedRow } from './queries'
import { ChosenForAll, MapAll, othersOf, ReadAll } from './group-steps'
import { IgnoreGroup } from './ignore-group'
import type { Spellings } from './file-spelling'
import { saveSentRows } from './save-sent-rows'
import { rowsToSend, type SentForm } from './sent-form'
import { RejectedRow } from './rejected-row'
import {
  correctedEarlier,
  type Corrections,
  groupKey,
  type GroupValues,
  identity,
  isCorrectable,
  isOptional,
  isSentAgain,
  mayBeTyped,
  mayBeWritten,
  mayEnterAgain,
  type RejectionGroup,
  repeatedValue,
  sheetRowOf,
  withCell,
  withEarlier,
  withRepeated,
  withRow,
} from './rejection-groups'
import { isOfDuplicates } from '../../formats/rules'
import { columnTitle, type TitleOf } from '../../formats/words'

interface Props {
  fileId: string
  /** The form of the file that was sent, in which rows are downloaded. */
  form: SentForm
  groups: RejectionGroup[]
  /** Columns of the dataset's key, which decide whether two rows are the same. */
  keyColumns?: string[]
  titleOf?: TitleOf
  corrections: Corrections
  groupValues: GroupValues
  /** The columns of the dataset, which a row of another width is written in. */
  fields?: Schemas['ContractColumn'][]
  /** How the file writes its values. */
  spellings?: Spellings
  /** Whether the person may send corrections; others see the rows alone. */
  mayCorrect?: boolean
  onChange: (corrections: Corrections) => void
  onValues: (values: GroupValues) => void
  /** Reads the first rows of a group. */
  onAsk: (group: RejectionGroup) => void
}

/** Rejected rows by rule and column; the value that broke the rule can be corrected, in one row or in all of them. */
export function RejectedRowsEditor(props: Props) {
  const { groups, corrections, mayCorrect = true, onChange } = props
  const open = groups.filter(({ ignored }) => !ignored).flatMap(({ shown }) => shown)
  const earlier = mayCorrect ? correctedEarlier(open, corrections) : []
  return (
    <Stack gap="xs">
      <Group justify="space-between">
        <Text fw={600} size="sm">
          Rows in quarantine, by reason
        </Text>
        <DownloadRows {...props}>
          {mayCorrect && groups.some(({ waiting, ignored }) => waiting > 0 && !ignored)
            ? 'Download all waiting rows for their sender'
            : 'Download these rows'}
        </DownloadRows>
      </Group>
      {groups.some(({ shown }) => shown.some(sheetRowOf)) ? null : (
        <Text size="xs" className="muted">
          Rows are numbered as rows of data: the header, other lines above it and blank lines do not count.
        </Text>
      )}
      {earlier.length > 0 ? (
        <Group gap="xs">
          <Text size="sm">
            {earlier.length === 1 ? '1 of these cells was' : `${earlier.length} of these cells were`}{' '}
            corrected in an earlier version of the file.
          </Text>
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => onChange(withEarlier(corrections, earlier))}
          >
            {earlier.length === 1 ? 'Use it again' : `Use all ${earlier.length} again`}
          </Button>
        </Group>
      ) : null}
      {groups
        .filter((group) => !group.ignored)
        .map((group) => (
          <ReasonGroup key={groupKey(group)} group={group} {...props} />
        ))}
      <IgnoredGroups {...props} />
    </Stack>
  )
}

/** The rows that people ignored, each reason with its note and the way back. */
function IgnoredGroups(props: Props) {
  const groups = props.groups.filter((group) => group.ignored)
  const rows = groups.reduce((sum, { ignored }) => sum + (ignored?.rows ?? 0), 0)
  if (groups.length === 0) return null
  return (
    <details>
      <summary>{count(rows, 'ignored row')}</summary>
      {groups.map((group) => (
        <div key={groupKey(group)}>
          <IgnoreGroup fileId={props.fileId} group={group} mayCorrect={props.mayCorrect ?? true} />
          <ReasonGroup {...props} group={group} />
        </div>
      ))}
    </details>
  )
}

interface DownloadProps extends Pick<Props, 'fileId' | 'form' | 'groups' | 'titleOf' | 'fields'> {
  /** The reason whose rows are saved; absent for all of the file. */
  group?: RejectionGroup
  children: string
}

/** Saves every row of a file or of one reason, also those that the page has not read. */
function DownloadRows({ fileId, form, groups, group, titleOf, fields, children }: DownloadProps) {
  const [error, setError] = useState<unknown>()
  const [isReading, setReading] = useState(false)
  async function saveAll(): Promise<void> {
    setReading(true)
    setError(undefined)
    try {
      const { rows, ...file } = await everyRejectedRow(fileId, group)
      const ignored = group ? [] : groups.filter((each) => each.ignored)
      await saveSentRows({ ...file, rows: rowsToSend(rows, ignored) }, form, { titleOf, fields }, group)
    } catch (failure) {
      setError(failure)
    }
    setReading(false)
  }
  return (
    <>
      <Button size="compact-sm" variant="default" loading={isReading} onClick={() => void saveAll()}>
        {children}
      </Button>
      {error ? <Failed error={error} what="The download" isAction /> : null}
    </>
  )
}

function ReasonGroup({
  fileId,
  form,
  groups,
  group,
  keyColumns = [],
  titleOf = columnTitle,
  fields = [],
  corrections,
  groupValues,
  mayCorrect = true,
  spellings = {},
  onChange,
  onValues,
  onAsk,
}: Props & { group: RejectionGroup }) {
  const { title, shown: rows } = group
  const mayWrite = mayCorrect && !group.ignored
  const correctable = mayWrite ? rows.filter(isCorrectable) : []
  const ofGroup = groupValues.get(groupKey(group))
  const ofAll = ofGroup?.format ? undefined : ofGroup?.value
  const accepted = rows.filter((row) => row.correction === 'accepted' && !row.is_taken_instead).length
  const instead = rows.filter((row) => row.is_taken_instead).length
  const repeated = repeatedValue(correctable, corrections)
  const valuesOf = (row: Schemas['RejectedRow']): Record<string, string | null> => ({
    ...(ofAll !== undefined && correctable.includes(row) ? { [row.column]: ofAll } : {}),
    ...corrections.get(row.source_row),
  })
  const mayBeEmpty = isOptional(fields, group.column)
  // Only what was changed is sent: the other values of the row are masked here, and complete in the original.
  const set = (row: Schemas['RejectedRow'], column: string, value: string | null): void =>
    onChange(withCell(corrections, row.source_row, column, value))
  return (
    <details
      open={rows.length > 0 && rows.length <= 20 && !group.ignored}
      onToggle={(event) => event.currentTarget.open && rows.length < group.rows && onAsk(group)}
    >
      <summary>
        {title}
        {accepted > 0 ? `, ${accepted} corrected and accepted` : ''}
        {instead > 0 ? `, ${instead} taken instead` : ''}
      </summary>
      {group.ignored ? null : <IgnoreGroup fileId={fileId} group={group} mayCorrect={mayCorrect} />}
      {mayCorrect && group.waiting > 0 && group.readings.length > 0 ? (
        <ReadAll group={group} groupValues={groupValues} onValues={onValues} />
      ) : null}
      {mayWrite ? (
        <MapAll
          group={group}
          title={titleOf(group.column)}
          mayBeEmpty={mayBeEmpty}
          corrections={corrections}
          onChange={onChange}
        />
      ) : null}
      {mayCorrect && !ofGroup?.format && group.waiting > 1 && (group.values.length > 0 || mayBeEmpty) ? (
        <OneValue group={group} mayBeEmpty={mayBeEmpty} groupValues={groupValues} onValues={onValues} />
      ) : null}
      {mayWrite &&
      (isSentAgain(group) ||
        (group.waiting > 0 && group.values.length === 0 && !isOfDuplicates(group.rule))) ? (
        <SendAgain {...{ fileId, form, groups, group, titleOf, fields }} mayBeEmpty={mayBeEmpty} />
      ) : null}
      {repeated ? (
        <Group gap="xs" my={4}>
          <Text size="sm">
            “{repeated.refused}” is in {count(repeated.rows.length, 'other row')} as well.
          </Text>
          <Button
            size="compact-xs"
            variant="default"
            onClick={() => onChange(withRepeated(corrections, repeated))}
          >
            {repeated.value === null
              ? 'Leave it empty there, too'
              : `Write “${shownValue(repeated.value)}” there, too`}
          </Button>
        </Group>
      ) : null}
      {rows.length === 0 ? <Waiting what="the rows with this reason" /> : null}
      <div className="scroll" tabIndex={0} hidden={rows.length === 0}>
        <Table fz="sm" className={`many-columns rejected${rows.some(sheetRowOf) ? ' of-workbook' : ''}`}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th className="number">{rows.some(sheetRowOf) ? 'Row in Excel' : 'Row'}</Table.Th>
              <Table.Th>Values</Table.Th>
              <Table.Th visibleFrom="sm">Reason</Table.Th>
              <Table.Th>Correction</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row) => (
              <RejectedRow
                key={`${row.source_row}-${row.column}`}
                row={row}
                about={identity(row, keyColumns, titleOf, spellings)}
                spellings={spellings}
                titleOf={titleOf}
                whole={
                  mayWrite && mayBeWritten(row) && fields.length > 0
                    ? {
                        values: corrections.get(row.source_row) ?? {},
                        onChange: (values) => onChange(withRow(corrections, row.source_row, values)),
                      }
                    : undefined
                }
                fields={fields}
                values={valuesOf(row)}
                onCorrect={
                  mayWrite && mayBeTyped(row) ? (column, value) => set(row, column, value) : undefined
                }
                again={
                  mayCorrect && mayEnterAgain(row)
                    ? {
                        keyColumns,
                        values: corrections.get(row.source_row) ?? {},
                        onChange: (values) => onChange(withRow(corrections, row.source_row, values)),
                      }
                    : undefined
                }
              />
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </details>
  )
}

/** The choice of no value, which no value of a file is. */
const EMPTY = '\u0000'

/** One of the column's few values for all rows of the group, also those that the page has not read. */
function OneValue({
  group,
  mayBeEmpty,
  groupValues,
  onValues,
}: Pick<Props, 'groupValues' | 'onValues'> & { group: RejectionGroup; mayBeEmpty: boolean }) {
  const { rule, column, waiting, values } = group
  const [chosen, setChosen] = useState('')
  const key = groupKey(group)
  const value = groupValues.get(key)?.value
  function put(next: string | null | undefined): void {
    const others = othersOf(groupValues, key)
    onValues(next === undefined ? others : others.set(key, { rule, column, value: next }))
  }
  if (value !== undefined)
    return (
      <ChosenForAll onUndo={() => put(undefined)}>
        All {count(waiting, 'row')} {value === null ? 'are left empty' : `get “${shownValue(value)}”`}, but
        those that are written below.
      </ChosenForAll>
    )
  return (
    <Group gap="xs" my={4}>
      <NativeSelect
        size="xs"
        aria-label={`Value for all ${waiting} rows`}
        data={[
          { value: '', label: `one value for all ${waiting} rows` },
          ...values.map((each) => ({ value: each, label: shownValue(each) })),
          ...(mayBeEmpty ? [{ value: EMPTY, label: 'leave empty' }] : []),
        ]}
        value={chosen}
        onChange={(event) => setChosen(event.currentTarget.value)}
      />
      <Button
        size="compact-xs"
        variant="default"
        disabled={!chosen}
        onClick={() => put(chosen === EMPTY ? null : chosen)}
      >
        Set all {waiting}
      </Button>
    </Group>
  )
}

const FOOTER = 'footer'
const TRUTH: Record<string, string> = { true: 'yes', false: 'no' }
const shownValue = (value: string): string => TRUTH[value] ?? value

/** What a person can do about the rows of a reason. */
function nextStep(group: RejectionGroup, mayBeEmpty: boolean): string {
  if (isSentAgain(group))
    return 'Nobody types such numbers here. Ask the source to send the rows again; they come in with its next file.'
  if (group.rule === FOOTER) return 'Such lines are no rows, so there is nothing to write: ignore them.'
  if (group.readings.length > 0) return 'Other values are written below, or come from the sender.'
  if (mayBeEmpty) return 'Write the value below, leave the cell empty, or ask the sender for it.'
  return `${group.waiting === 1 ? 'The row' : 'Each row'} needs its own value: write it below, or ask the sender for it.`
}

/** The rows of a reason for whoever sent them: numbers of cards come from their source again, and other values are not invented. */
function SendAgain({
  group,
  mayBeEmpty = false,
  ...file
}: Omit<DownloadProps, 'children'> & { group: RejectionGroup; mayBeEmpty?: boolean }) {
  const rows = group.waiting || group.rows // those that wait are saved, if any does
  return (
    <Group gap="xs" my={4}>
      {file.groups.length > 1 ? (
        <DownloadRows {...file} group={group}>
          {`Download only ${rows === 1 ? 'this row' : `these ${rows} rows`}`}
        </DownloadRows>
      ) : null}
      <Text size="sm" className="muted">
        {nextStep(group, mayBeEmpty)}
      </Text>
    </Group>
  )
}
