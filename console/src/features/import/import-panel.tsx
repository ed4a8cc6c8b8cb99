import { Button, Stack, Text } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { type ComponentProps, useCallback, useEffect, useState } from 'react'

import type { Schemas } from '../../api/client'
import { explained } from '../../api/format'
import { Failed } from '../../components/states'
import { PHONE } from '../../components/widths'
import { KeptColumns } from '../files/kept-columns'
import { WarnedRows } from '../files/warned-rows'
import { useDatasetProfile } from '../catalog/queries'
import { ColumnCards } from '../profile/profile-view'
import type { Checked } from '../upload/transfer'
import { AbsentFields, absentFields } from './absent-fields'
import type { ColumnAction } from './column-header'
import {
  BlankRows,
  DescriptionRows,
  FutureDates,
  HiddenColumns,
  HiddenNumbers,
  SetForAll,
  TakenSteps,
  FooterRows,
  Totals,
} from './column-doubts'
import { ColumnForm } from './column-form'
import { CommitLine } from './commit-line'
import { DraftContract } from './draft-contract'
import {
  type Edits,
  isAbove,
  leftOutColumns,
  withChanged,
  withDataset,
  withDefault,
  withField,
  withMoved,
  withRow,
  withStep,
  withTexts,
} from './edits'
import { openOrders } from './date-orders'
import { DateOrderQuestions, ZoneQuestion } from './date-questions'
import { CurrencyQuestion } from './currency-question'
import { openCurrencies, unitsOfFile } from './currencies'
import { EarlierEdits } from './earlier-edits'
import { EmptyCells, EmptyWords } from './empty-words'
import { EncodingQuestion, isEncodingOpen, LineEncodings } from './encoding-question'
import { FileLine } from './file-line'
import { inWordsOf, isSaidAbove, isUnreadable, profileWords } from './file-words'
import { kindOf } from './formats'
import { ImportCards } from './import-cards'
import { ImportGrid } from './import-grid'
import { textOf } from './import-row'
import { lakeValues } from './lake-values'
import { MapForm } from './map-form'
import { KeptValues } from './kept-values'
import { MissingFields } from './missing-fields'
import { innerLists } from './part-words'
import { AnsweredRows } from './answered-rows'
import { PartsInLake } from './parts-in-lake'
import { ReplacedRows } from './replaced-rows'
import { permittedValues } from './permitted-values'
import { RowChoice } from './row-choice'
import { missingFields, openSteps, openSuggestions, settled } from './suggested-fields'
import { LikelyDataset, Suggestions } from './suggestions'
import { shownColumns, shownRows, showsReasons } from './shown-rows'
import { filledWith, mapOf, valuesBefore } from './steps'
import { UndecidedColumns } from './undecided-columns'
import { UnreadableColumns } from './unreadable-columns'
import { useAddedColumns } from './use-added-columns'
import { useColumns } from './use-columns'
import { useOptionalField } from './use-optional-field'
import { isOfChoice, otherRows, useEdits, withoutOtherRows } from './use-edits'
import { useFileOrder } from './use-file-order'
import { useGridRows } from './use-grid-rows'
import { isKept, usePromisedCommit } from './use-promised-commit'
import { useUndoKeys } from './use-undo-keys'
import { useShownChoice } from './use-shown-choice'
import { useShownRows } from './use-shown-rows'

/** The column that no field has a type for, if it is still a column of the table; else no name. */
function columnOfLists({ error, grid }: Schemas['DryRun'], { columns }: Edits): string {
  const name = error?.rule === 'type' ? error.column : ''
  return name && grid?.columns.includes(name) && columns[name] !== null ? name : ''
}

const NO_ROWS =
  'The file has a header and no rows, so there is nothing to load. Export it again with its rows, and choose the new file.'

const HOLDS_LISTS =
  'holds lists or objects, which a table has no cell for. Leave it out, or send its values as columns.'

/** Rows by value of a column: of all its values where they are few, else of those that the gate refuses. */
const valuesOf = (
  grid: Schemas['DryRun']['grid'],
  column: string,
  isOfRefused = true,
): Record<string, number> => grid?.values[column] ?? (isOfRefused ? (grid?.refused_values[column] ?? {}) : {})

/** The values of a column with the one that fills its empty cells. */
function withFilled(
  values: [string, number][],
  grid: Schemas['DryRun']['grid'],
  edits: Edits,
  column: string,
): [string, number][] {
  const filled = filledWith(edits, column)
  const own = grid?.values[column]
  if (!own || !filled || values.some(([value]) => value === filled)) return values
  const empty = grid.rows - edits.left_out.length - Object.values(own).reduce((sum, rows) => sum + rows, 0)
  return [...values, [filled, Math.max(0, empty)]]
}

const textsOf = (row: Schemas['GridRow'], columns: string[], { cells }: Edits): (string | null)[] =>
  columns.map((name, at) => textOf(row, at, name, cells))

const isListed = (columns: string[]) => (step: Edits['steps'][number]) =>
  columns.includes(step.column) && isAbove(step, step.column)

const useIsPhone = (): boolean => useMediaQuery(PHONE, undefined, { getInitialValueInEffect: false })

/** The rows as a grid; where it would show one column and a half, as cards. */
function Rows(props: ComponentProps<typeof ImportGrid>) {
  const isPhone = useIsPhone()
  return isPhone ? <ImportCards {...props} /> : <ImportGrid {...props} />
}

interface Props {
  upload: Schemas['Upload']
  first: Checked
  /** `created` is the dataset that was created from the file; empty for none. */
  onCommit: (check: Checked, edits: Edits, created: string) => void
  /** A person has changed something of the file. */
  onWork?: () => void
  /** Whether the lake has the file and its profile, without a dataset. */
  wasKept?: boolean
  /** The reason why the gate rejected the file, where the page says it above. */
  said?: Schemas['FileError'] | null
  /** Whether the draft of a dataset is open from the beginning, as the person asked for one. */
  opensDraft?: boolean
}

/** One file before its commit: its rows in a grid, the decisions above them, and what a commit does below. */
export function ImportPanel({
  upload,
  first,
  onCommit,
  onWork,
  wasKept = false,
  said,
  opensDraft = false,
}: Props) {
  const work = useEdits(upload.upload_id, first)
  const [form, setForm] = useState<{ action: ColumnAction; column: string }>()
  const { result } = work.check
  const { edits } = work
  const { change: changeEdits } = work
  const change = useCallback(
    (next: Edits) => {
      onWork?.()
      changeEdits(next)
    },
    [changeEdits, onWork],
  )
  const panel = useUndoKeys(work.undo, work.redo)
  const grid = result.grid
  const [chosen, setShow] = useShownChoice(result, useIsPhone())
  const show = shownRows(chosen, result)
  const rows = useGridRows(
    `/v1/uploads/${encodeURIComponent(upload.upload_id)}`,
    result.check_id,
    show,
    grid?.rows ?? 0,
    grid?.columns,
  )
  const rowsAfterSteps = useShownRows(rows, edits, grid?.columns)
  const dataset = result.mapping ? edits.dataset : ''
  const { data: inLake, isLoading: profileIsOpen } = useDatasetProfile(dataset, dataset !== '')
  const added = useAddedColumns(upload.upload_id, result, edits, change)
  const byName = useColumns(
    result,
    edits,
    work.remembered,
    change,
    setForm,
    setShow,
    inLake,
    work.isCurrent,
    isOfChoice(result, edits) ? added.add : undefined,
  )
  const drawn = useFileOrder(byName, rowsAfterSteps, grid?.file_order)
  const type = useCallback(
    (column: string, numbers: number[], texts: (string | null)[]) =>
      change(withTexts(edits, column, numbers, texts)),
    [change, edits],
  )
  // The button that created the dataset commits its rows, too; rows that the gate refuses wait, as in any upload.
  const { dataset: created, promise, end } = usePromisedCommit(upload.upload_id)
  const [newDataset, setNewDataset] = useState('')
  const isEmpty = grid?.rows === 0
  const isPromised = created !== '' && edits.dataset === created
  const hasEnded = isPromised && (work.isCurrent || Boolean(work.error))
  useEffect(() => {
    if (!hasEnded) return
    end()
    if (!work.error && isKept(created, result, edits)) onCommit(work.check, edits, created)
  }, [hasEnded, created, end, work.error, result, work.check, edits, onCommit])
  const mapped = form ? mapOf(edits, form.column) : undefined
  const valuesOfForm = form ? valuesOf(grid, form.column) : {}
  const mappedField = form && result.mapping?.fields.find(({ name }) => name === edits.columns[form.column])
  const missing = missingFields(result, edits)
  const optional = useOptionalField(dataset, missing.length > 0 && !result.hides_values, (field) =>
    change(withDefault(edits, field, '')),
  )
  const leftOut = leftOutColumns(settled(edits, result), grid?.columns ?? [])
  const ofLists = columnOfLists(result, edits)
  const asked = openOrders(result, edits)
  const mappedOrders = asked.filter(({ isMapped }) => isMapped).map(({ column }) => column)
  const open = [...openSuggestions(result, edits), ...openSteps(result, edits)]
  const unsuggested = missing.filter((field) => !open.some((one) => one.field === field.name))
  return (
    <Stack gap="xs" ref={panel}>
      <FileLine
        result={result}
        edits={edits}
        remembered={work.remembered}
        hasRows={!isEmpty && !isUnreadable(result)}
        onChange={work.restart}
      />
      <EncodingQuestion result={result} edits={edits} onChange={work.restart} />
      <PartsInLake of={result} />
      <AnsweredRows of={result.answers} />
      {result.hides_values ? (
        <Text size="sm">
          Values of this file are shown to its sender and to the group personal-data. You can choose fields
          and formats.
        </Text>
      ) : null}
      {isEmpty ? (
        <Text size="sm" className="misfit" role="alert">
          {NO_ROWS}
        </Text>
      ) : isUnreadable(result) ? null : (
        <LikelyDataset result={result} edits={edits} onChange={work.restart} />
      )}
      {!isEmpty &&
      result.outcome === 'profiled' &&
      !edits.dataset &&
      !result.mapping &&
      !isEncodingOpen(result, edits) ? (
        <DraftContract
          draft={result.draft}
          opensDraft={opensDraft}
          isOfChoice={isOfChoice(result, edits)}
          uploadId={upload.upload_id}
          fileName={upload.name}
          inFile={grid?.columns ?? []}
          hidden={grid?.hidden_because}
          key={`${result.part} ${edits.encoding} ${edits.header_row}`}
          part={edits.part || result.part}
          encoding={edits.encoding}
          headerRow={edits.header_row}
          otherRows={otherRows(result)}
          blankRows={grid?.blank}
          lists={[
            ...innerLists(result).map(({ path }) => path.replaceAll('.', '_')),
            ...Object.keys(grid?.unreadable ?? {}),
          ]}
          order={grid?.file_order}
          onWork={onWork}
          onCreated={(dataset, fields, steps) => {
            promise(dataset)
            setNewDataset(dataset)
            const next = { ...steps.reduce(withStep, withDataset(edits, dataset)), columns: fields }
            work.restart(withoutOtherRows(next, result))
          }}
        />
      ) : null}
      {!isEmpty &&
      result.error &&
      !isEncodingOpen(result, edits) &&
      !isSaidAbove(result.error, said) &&
      work.isCurrent &&
      result.outcome !== 'profiled' &&
      result.outcome !== 'needs_mapping' &&
      !missing.length &&
      !mappedOrders.length ? (
        <Text size="sm" className="misfit" role="alert">
          {ofLists ? `${ofLists} ${HOLDS_LISTS}` : explained(inWordsOf(upload.name, result.error))}{' '}
          {ofLists ? (
            <Button
              size="compact-sm"
              variant="default"
              onClick={() => change(withField(edits, ofLists, null))}
            >
              Leave out {ofLists}
            </Button>
          ) : null}
          <LineEncodings result={result} edits={edits} onChange={work.restart} />
        </Text>
      ) : null}
      {isPromised ? (
        <Text size="sm" role="status">
          The rows are committed to {created} as soon as the gate has checked them. You can open other pages;
          keep this window open.
        </Text>
      ) : null}
      <UnreadableColumns grid={result.grid} />
      {work.isCurrent ? (
        <KeptColumns names={result.kept_columns} dataset={edits.dataset || result.dataset} />
      ) : null}
      <UndecidedColumns result={result} edits={edits} isOfChoice={isOfChoice(result, edits)} added={added} />
      {isOfChoice(result, edits) ? (
        <AbsentFields
          names={absentFields(result, edits, inLake, profileIsOpen)}
          hasEarlier={inLake !== undefined || (result.in_earlier_files ?? []).length > 0}
        />
      ) : null}
      {grid && !isEmpty ? (
        <>
          <HiddenNumbers result={result} edits={edits} />
          <HiddenColumns grid={result.grid} />
          {isOfChoice(result, edits) ? (
            <>
              <Suggestions result={result} edits={edits} onChange={change} />
              <MissingFields
                fields={unsuggested}
                result={result}
                edits={edits}
                onChange={change}
                optional={optional}
              />
              <DateOrderQuestions result={result} edits={edits} onChange={change} />
              <ZoneQuestion result={result} edits={edits} onChange={change} />
            </>
          ) : null}
          <SetForAll result={result} edits={edits} onChange={change} />
          <TakenSteps result={result} edits={edits} onChange={change} />
          <DescriptionRows result={result} edits={edits} onChange={change} />
          <Totals result={result} edits={edits} onChange={change} />
          <FooterRows result={result} edits={edits} onChange={change} />
          <BlankRows result={result} />
          <FutureDates result={result} edits={edits} onChange={change} onShow={setShow} />
          <EmptyWords
            result={result}
            edits={edits}
            onChange={change}
            onMap={(column) => setForm({ action: 'map', column })}
          />
          <EmptyCells result={result} edits={edits} onChange={change} />
          <EarlierEdits uploadId={upload.upload_id} result={result} edits={edits} onChange={change} />
          <KeptValues result={result} edits={edits} inLake={inLake} onChange={change} />
          <ReplacedRows result={result} isCurrent={work.isCurrent} />
          <CurrencyQuestion result={result} edits={edits} remembered={work.remembered} onChange={change} />
          <RowChoice
            result={result}
            show={show}
            onShow={setShow}
            undo={work.undo}
            redo={work.redo}
            edits={edits}
            isCurrent={work.isCurrent}
          />
          {rows.error ? <Failed error={rows.error} what="The rows" /> : null}
          <Rows
            label={`Rows of ${upload.name}`}
            columns={drawn.columns}
            asRead={shownColumns(grid)}
            rows={drawn.rows}
            cells={edits.cells}
            mayEdit={!result.hides_values}
            hasDecisions={Boolean(result.mapping)}
            hasSteps={edits.steps.some(isListed(grid.columns))}
            hasFlaws={grid.flawed > 0}
            show={show}
            onLeaveOut={(row, isLeftOut) => change(withRow(edits, row, isLeftOut))}
            onMove={(row, from) =>
              change(withMoved(edits, row.row, grid.columns, textsOf(row, grid.columns, edits), from))
            }
            hasReasons={showsReasons(result, show)}
            onType={type}
          />
        </>
      ) : null}
      {result.columns.length > 0 && !isEmpty ? (
        <details>
          <summary>{profileWords(result)}</summary>
          <ColumnCards columns={result.columns} units={unitsOfFile({}, result.grid?.currencies ?? {})} />
        </details>
      ) : null}
      {work.error ? <Failed error={work.error} what="The check" isAction onRetry={work.retry} /> : null}
      {work.isCurrent ? (
        <WarnedRows warned={result.warned} dataset={edits.dataset || result.dataset} isAhead />
      ) : null}
      <CommitLine
        work={work}
        wasKept={wasKept}
        missing={missing}
        orders={mappedOrders}
        leftOut={leftOut}
        currencies={openCurrencies(result, edits)}
        onCommit={() => onCommit(work.check, edits, newDataset)}
        onShowErrors={() => setShow('errors')}
        onChange={change}
      />
      {form?.action === 'map' && (Object.keys(valuesOfForm).length > 0 || mapped) ? (
        <MapForm
          column={form.column}
          values={withFilled(
            valuesBefore(edits, form.column, valuesOfForm, mapped),
            grid,
            edits,
            form.column,
          )}
          areRefused={!grid?.values[form.column]}
          refused={Object.keys(grid?.refused_values[form.column] ?? {})}
          mayBeEmpty={mappedField?.may_be_empty ?? true}
          allowed={permittedValues(mappedField, edits.formats[mappedField?.name ?? ''])}
          inLake={lakeValues(inLake, edits.columns[form.column])}
          isText={mappedField !== undefined && kindOf(mappedField.type) === 'text'}
          step={mapped}
          onStep={(step) =>
            change(mapped ? withChanged(edits, mapped, step) : step ? withStep(edits, step) : edits)
          }
          onClose={() => setForm(undefined)}
        />
      ) : form ? (
        <ColumnForm
          action={form.action}
          column={form.column}
          filtered={show === 'all' ? undefined : rows.total}
          inColumn={Object.keys(valuesOf(grid, form.column, false))}
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
