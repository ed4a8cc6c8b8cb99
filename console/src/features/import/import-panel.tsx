import { Button, Group, NativeSelect, Stack, Text } from '@mantine/core'
import { useCallback, useMemo, useState } from 'react'

import type { Schemas } from '../../api/client'
import { count, explained, isNumeric, whole } from '../../api/format'
import { useContracts } from '../../api/queries'
import { Failed } from '../../components/states'
import { readAs } from '../files/read-as-text'
import { ColumnCards } from '../profile/profile-view'
import type { Checked } from '../upload/transfer'
import { type ColumnAction, ColumnHeader, words } from './column-header'
import { ColumnForm } from './column-form'
import { CommitLine } from './commit-line'
import { DraftContract } from './draft-contract'
import {
  type Edits,
  madeColumns,
  leaveOutOthers,
  madeText,
  undecided,
  typedCells,
  withField,
  withFormat,
  withStep,
  withTexts,
} from './edits'
import { fits } from './formats'
import { type GridColumn, ImportGrid } from './import-grid'
import { MissingFields } from './missing-fields'
import { ruleWords } from './outcome-words'
import { type GridRows, useGridRows } from './use-grid-rows'
import { useEdits } from './use-edits'

interface Props {
  upload: Schemas['Upload']
  first: Checked
  onCommit: (etag: string, edits: Edits) => void
}

/** One file before its commit: its rows in a grid, the decisions above them, and what a commit does below. */
export function ImportPanel({ upload, first, onCommit }: Props) {
  const work = useEdits(upload.upload_id, first)
  const [show, setShow] = useState('all')
  const [form, setForm] = useState<{ action: ColumnAction; column: string }>()
  const { result, etag } = work.check
  const { edits, change } = work
  const grid = result.grid
  const rows = useGridRows(
    `/v1/uploads/${encodeURIComponent(upload.upload_id)}`,
    result.check_id,
    show,
    grid?.rows ?? 0,
  )
  const shownRows = useShownRows(rows, edits, grid?.columns)
  const columns = useColumns(result, edits, change, setForm, setShow)
  const type = useCallback(
    (column: string, numbers: number[], texts: (string | null)[]) =>
      change(withTexts(edits, column, numbers, texts)),
    [change, edits],
  )
  const missing = missingFields(result, edits)
  const hasBegun = result.outcome === 'needs_mapping' || Object.keys(result.edits?.columns ?? {}).length > 0
  const open = hasBegun ? undecided(edits, grid?.columns ?? []) : []
  const unsuggested = missing.filter(
    (field) => !openSuggestions(result, edits).some((one) => one.field === field),
  )
  return (
    <Stack gap="xs">
      <FileLine result={result} edits={edits} onChange={work.restart} />
      {result.hides_values ? (
        <Text size="sm">
          Values of this file are shown to its sender and to the group personal-data. You can choose fields
          and formats.
        </Text>
      ) : null}
      {result.outcome === 'profiled' && !edits.dataset && !result.mapping ? (
        <DraftContract draft={result.draft} />
      ) : null}
      {result.error &&
      result.outcome !== 'profiled' &&
      result.outcome !== 'needs_mapping' &&
      !missing.length ? (
        <Text size="sm" className="misfit" role="alert">
          {explained(result.error)}
        </Text>
      ) : null}
      {grid ? (
        <>
          <Suggestions result={result} edits={edits} onChange={change} />
          <MissingFields fields={unsuggested} edits={edits} onChange={change} />
          <Filters
            result={result}
            show={show}
            onShow={setShow}
            undo={work.undo}
            redo={work.redo}
            edits={edits}
          />
          {rows.error ? <Failed error={rows.error} what="The rows" /> : null}
          <ImportGrid
            label={`Rows of ${upload.name}`}
            columns={columns}
            rows={shownRows}
            cells={edits.cells}
            mayEdit={!result.hides_values}
            hasDecisions={Boolean(result.mapping)}
            onType={type}
          />
        </>
      ) : null}
      {result.columns.length > 0 ? (
        <details>
          <summary>Profile of {count(result.columns.length, 'column')}</summary>
          <ColumnCards columns={result.columns} />
        </details>
      ) : null}
      {work.error ? <Failed error={work.error} what="The check" isAction /> : null}
      <CommitLine
        work={work}
        missing={missing}
        open={open}
        onLeaveOut={() => change(leaveOutOthers(edits, grid?.columns ?? []))}
        onCommit={() => onCommit(etag, edits)}
      />
      {form ? (
        <ColumnForm
          action={form.action}
          column={form.column}
          onStep={(step) => change(withStep(edits, step))}
          onPaste={(texts) =>
            void rows.numbers(0, texts.length).then((numbers) => type(form.column, numbers, texts))
          }
          onClose={() => setForm(undefined)}
        />
      ) : null}
    </Stack>
  )
}

/** The rows with the texts of the columns that steps add. */
function useShownRows(rows: GridRows, edits: Edits, columns: string[] | undefined): GridRows {
  const made = useMemo(() => madeColumns(edits, columns ?? []), [edits, columns])
  if (made.length === 0) return rows
  return {
    ...rows,
    at: (index) => {
      const row = rows.at(index)
      if (!row) return row
      const textOf = (name: string): string | null =>
        edits.cells[row.row]?.[name] ?? row.cells[(columns ?? []).indexOf(name)] ?? null
      return { ...row, cells: [...row.cells, ...made.map((name) => madeText(edits, name, textOf))] }
    },
  }
}

/** The required fields that no column is yet. */
function missingFields({ mapping }: Schemas['DryRun'], edits: Edits): string[] {
  const taken = new Set(Object.values(edits.columns))
  return (mapping?.fields ?? []).filter((one) => one.required && !taken.has(one.name)).map((one) => one.name)
}

function useColumns(
  result: Schemas['DryRun'],
  edits: Edits,
  change: (next: Edits) => void,
  onForm: (form: { action: ColumnAction; column: string }) => void,
  onShow: (show: string) => void,
): GridColumn[] {
  const { grid, mapping, rejected_rows: rejected } = result
  return useMemo(() => {
    const fields = mapping?.fields ?? []
    const names = [...(grid?.columns ?? []), ...madeColumns(edits, grid?.columns ?? [])]
    return names.map((name) => {
      const field = edits.columns[name]
      const type = fields.find((one) => one.name === field)?.type ?? ''
      const flawed = rejected.filter(
        (row) => row.disposition !== 'duplicate' && row.column === (field ?? name),
      )
      const known = grid?.formats[name] as { kind: string; format: Edits['formats'][string] } | undefined
      return {
        name,
        width: Math.min(280, Math.max(170, name.length * 9 + 48)),
        isNumeric: isNumeric(type),
        isLeftOut: field === null,
        header: (
          <ColumnHeader
            name={name}
            field={field}
            fields={fields}
            suggestion={mapping?.columns.find((one) => one.column === name)}
            readAs={known}
            format={field ? edits.formats[field] : undefined}
            flawed={flawed.length}
            hidesValues={result.hides_values}
            onField={(next) => change(withKnownFormat(withField(edits, name, next), next, result, name))}
            onFormat={(format) => field && change(withFormat(edits, field, format))}
            onAction={(action) => onForm({ action, column: name })}
            onShow={() => onShow(flawed[0]?.rule ?? 'errors')}
          />
        ),
      }
    })
  }, [grid, mapping, rejected, edits, change, onForm, onShow, result])
}

/** A field that is chosen for a column gets the format by which nearly all of its values are written. */
function withKnownFormat(
  edits: Edits,
  field: string | null | undefined,
  { grid, mapping }: Schemas['DryRun'],
  column: string,
): Edits {
  const known = grid?.formats[column] as { kind: string; format: Edits['formats'][string] } | undefined
  const type = mapping?.fields.find((one) => one.name === field)?.type
  return field && known && type && fits(known.kind, type) ? withFormat(edits, field, known.format) : edits
}

/** How the file was read, and the decisions that concern it as a whole: its dataset, and which part of it. */
function FileLine({
  result,
  edits,
  onChange,
}: {
  result: Schemas['DryRun']
  edits: Edits
  onChange: (next: Edits) => void
}) {
  const contracts = useContracts()
  const datasets = (contracts.data?.contracts ?? []).filter((one) => one.zone === 'source')
  return (
    <Group gap="sm" align="end" wrap="wrap">
      <NativeSelect
        size="xs"
        label="These rows are"
        aria-label="Dataset of the file"
        value={edits.dataset}
        data={[
          { value: '', label: 'of no dataset yet' },
          ...datasets.map((one) => ({ value: one.name, label: words(one.name) })),
        ]}
        onChange={(event) => {
          const dataset = event.currentTarget.value
          onChange({ ...edits, dataset, columns: {}, formats: {} })
        }}
      />
      {result.parts.length > 0 ? (
        <NativeSelect
          size="xs"
          label="Part of the file"
          value={edits.part}
          data={[{ value: '', label: 'choose …' }, ...result.parts]}
          onChange={(event) =>
            onChange({
              ...edits,
              part: event.currentTarget.value,
              columns: {},
              formats: {},
              cells: {},
              steps: [],
            })
          }
        />
      ) : null}
      <Text size="sm" className="muted" pb={4}>
        {readAs(result.written_as) ? `Read as ${readAs(result.written_as)}` : ''}
        {result.is_remembered ? ' · as remembered for files with this header' : ''}
      </Text>
    </Group>
  )
}

/** The suggested fields of columns that are not decided yet. */
function openSuggestions({ mapping }: Schemas['DryRun'], edits: Edits): Schemas['MappedColumn'][] {
  const taken = new Set(Object.values(edits.columns))
  return (mapping?.columns ?? []).filter(
    (one) => one.field && edits.columns[one.column] === undefined && !taken.has(one.field),
  )
}

/** Takes every field that is suggested for a column in one click. */
function Suggestions({
  result,
  edits,
  onChange,
}: {
  result: Schemas['DryRun']
  edits: Edits
  onChange: (next: Edits) => void
}) {
  const open = openSuggestions(result, edits)
  if (open.length === 0) return null
  return (
    <Group gap="xs">
      <Button
        size="compact-sm"
        variant="default"
        onClick={() =>
          onChange(
            open.reduce(
              (next, one) =>
                withKnownFormat(withField(next, one.column, one.field), one.field, result, one.column),
              edits,
            ),
          )
        }
      >
        Use {open.length === 1 ? 'the suggestion' : `the ${open.length} suggestions`}
      </Button>
      <Text size="sm" className="muted">
        {open.map((one) => `${one.column} as ${words(one.field)}`).join(' · ')}
      </Text>
    </Group>
  )
}

interface FiltersProps {
  result: Schemas['DryRun']
  edits: Edits
  show: string
  onShow: (show: string) => void
  undo: (() => void) | undefined
  redo: (() => void) | undefined
}

/** Which rows are shown, and the way back from a change. */
function Filters({ result, edits, show, onShow, undo, redo }: FiltersProps) {
  const { grid, quarantined, duplicates, reasons } = result
  const rules = reasons.filter((one) => !one.rule.startsWith('duplicate_'))
  const choices = [
    { value: 'all', label: `all ${whole(grid?.rows ?? 0)}` },
    ...(quarantined > 0 ? [{ value: 'errors', label: `${whole(quarantined)} with errors` }] : []),
    ...(duplicates > 0 ? [{ value: 'duplicates', label: count(duplicates, 'duplicate') }] : []),
  ]
  const typed = typedCells(edits)
  return (
    <Group gap="xs" role="toolbar" aria-label="Rows that are shown">
      <Text size="sm">Show</Text>
      {choices.map((choice) => (
        <Button
          key={choice.value}
          size="compact-sm"
          variant={show === choice.value ? 'filled' : 'default'}
          aria-pressed={show === choice.value}
          onClick={() => onShow(choice.value)}
        >
          {choice.label}
        </Button>
      ))}
      {rules.length > 0 ? (
        <NativeSelect
          size="xs"
          aria-label="Rows by reason"
          value={rules.some((one) => one.rule === show) ? show : ''}
          data={[
            { value: '', label: 'by reason …' },
            ...rules.map((one) => ({
              value: one.rule,
              label: `${whole(one.rows)}: a value ${ruleWords(one.rule)}`,
            })),
          ]}
          onChange={(event) => onShow(event.currentTarget.value || 'all')}
        />
      ) : null}
      {undo ? (
        <Button size="compact-sm" variant="subtle" color="gray" onClick={undo}>
          Undo change
        </Button>
      ) : null}
      {redo ? (
        <Button size="compact-sm" variant="subtle" color="gray" onClick={redo}>
          Redo
        </Button>
      ) : null}
      {typed > 0 ? (
        <Text size="sm" className="muted">
          {count(typed, 'typed cell')}
        </Text>
      ) : null}
    </Group>
  )
}
