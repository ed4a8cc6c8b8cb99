import { Alert, Button, Group, Select } from '@mantine/core'
import { useDashboards } from '../dashboards/queries'
import { useResult } from '../query/results'
import { DayInput } from '../../components/day-input'
import { RemovableBadge } from '../../components/removable-badge'
import { cellWords, headingsOf, type Labels, type Units, useLabels, useUnits } from '../../formats/columns'
import { AnyColumn, type Column } from './any-column'
import { endOfDay } from '../dashboards/filters'
import {
  type Condition,
  faultOf,
  quickFilters,
  replaced,
  sortFaultOf,
  wordsOfCondition,
  written,
} from './row-filters'

interface Props {
  table: string
  columns: Column[]
  conditions: Condition[]
  onChange: (conditions: Condition[]) => void
}

/** Which rows are shown: by period, by what the dashboards filter, and by any column. */
export function RowFilterBar({ table, columns, conditions, onChange }: Props) {
  const labels = useLabels(table)
  const units = useUnits(table)
  const headings = headingsOf(columns, labels)
  const boards = useDashboards().data?.dashboards ?? []
  const quick = quickFilters(
    columns,
    boards.flatMap((board) => board.filters),
    table,
  )
  const valueOf = (column: string, operator: string) =>
    conditions.find((each) => each.column === column && each.operator === operator)?.value ?? ''
  const set = (column: string, operator: string) => (value: string) =>
    onChange(replaced(conditions, { column, operator, value }))
  const period = columns.find(({ name }) => name === quick.period)
  return (
    <>
      <Group gap="xs" mb="xs" align="end" role="group" aria-label="Filters">
        {period ? (
          <>
            <Day
              label={`${headings[period.name] ?? period.name} from`}
              value={valueOf(period.name, 'ge')}
              onChange={set(period.name, 'ge')}
            />
            <Day
              label="until"
              value={valueOf(period.name, 'le')}
              onChange={(day) =>
                set(period.name, 'le')(day && period.type.startsWith('timestamp') ? endOfDay(day) : day)
              }
            />
          </>
        ) : null}
        {quick.choices.map((choice) => (
          <Choice
            key={choice.column}
            {...choice}
            value={valueOf(choice.column, 'eq')}
            onChange={set(choice.column, 'eq')}
          />
        ))}
        <AnyColumn
          columns={columns}
          labels={labels}
          units={units}
          onAdd={(condition) => onChange(replaced(conditions, condition))}
        />
      </Group>
      <Shown columns={columns} labels={labels} units={units} conditions={conditions} onChange={onChange} />
    </>
  )
}

interface ShownProps extends Omit<Props, 'table'> {
  labels: Labels
  units: Units
}

/** The conditions in words, each with the button that takes it away. */
function Shown({ columns, labels, units, conditions, onChange }: ShownProps) {
  if (conditions.length === 0) return null
  const headings = headingsOf(columns, labels)
  return (
    <Group gap="xs" mb="xs">
      {conditions.map((condition) => {
        const words = wordsOfCondition(condition, columns, headings, units)
        return (
          <RemovableBadge
            key={written(condition)}
            words={words}
            onRemove={() => onChange(conditions.filter((each) => each !== condition))}
          />
        )
      })}
      <Button size="compact-sm" variant="subtle" onClick={() => onChange([])}>
        Show all rows
      </Button>
    </Group>
  )
}

interface FaultsProps extends Props {
  sort: string
  onSort: (sort: string) => void
}

/** What is wrong with the filters and the order of an address, each with the button that takes it away; nothing while all can be asked. */
export function AddressFaults({ table, columns, conditions, onChange, sort, onSort }: FaultsProps) {
  const headings = headingsOf(columns, useLabels(table))
  const sortFault = sortFaultOf(sort, columns)
  return (
    <>
      {conditions.map((condition) => {
        const fault = faultOf(condition, columns, headings[condition.column] ?? condition.column)
        const remove = (): void => onChange(conditions.filter((each) => each !== condition))
        return fault ? (
          <Fault key={written(condition)} fault={fault} remedy="Remove the filter" onRemedy={remove} />
        ) : null
      })}
      {sortFault ? (
        <Fault fault={sortFault} remedy="Use the order of the table" onRemedy={() => onSort('')} />
      ) : null}
    </>
  )
}

const Fault = ({ fault, remedy, onRemedy }: { fault: string; remedy: string; onRemedy: () => void }) => (
  <Alert color="yellow" role="alert" title={fault} mb="xs">
    <Button size="compact-sm" variant="default" onClick={onRemedy}>
      {remedy}
    </Button>
  </Alert>
)

interface Field {
  label: string
  value: string
  onChange: (value: string) => void
}

function Day({ label, value, onChange }: Field) {
  return <DayInput size="xs" w={140} label={label} value={value.slice(0, 10)} onChange={onChange} />
}

function Choice({ label, column, values, value, onChange }: Field & { column: string; values: string }) {
  const answer = useResult(values)
  const data = (answer.data?.rows ?? []).map(([cell]) => String(cell))
  return (
    <Select
      size="xs"
      w={170}
      label={label}
      placeholder="all"
      searchable
      clearable
      data={data.map((each) => ({ value: each, label: cellWords(column, each) }))}
      value={value || null}
      onChange={(chosen) => onChange(chosen ?? '')}
    />
  )
}
