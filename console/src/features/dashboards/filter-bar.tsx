import {
  Button,
  type ComboboxItem,
  type ComboboxParsedItem,
  Group,
  isOptionsGroup,
  MultiSelect,
  Select,
} from '@mantine/core'
import { useMemo } from 'react'
import { useSearchParams } from 'react-router'

import { DayInput } from '../../components/day-input'
import type { Schemas } from '../../api/client'
import { useResult } from '../query/results'
import { cellWords } from '../../formats/columns'
import { codeName } from '../../formats/words'
import { asksForDay, type Chosen, chosenIn, countedValues, oncePerName, takesSeveral } from './filters'
import { waitingAfter } from './carried-filters'
import { useCarriedFrom } from './use-carried'

type Filter = Schemas['DashboardFilter']

/** The values of the page's filters, which are in its address. */
export function useChosen(filters: readonly Filter[]): Chosen {
  const [search] = useSearchParams()
  return useMemo(() => chosenIn(search, filters), [filters, search])
}

/** Takes the page's filters out of its address. */
export function useClearFilters(filters: readonly Filter[]): () => void {
  const [, setSearch] = useSearchParams()
  return () =>
    setSearch(
      (before) => {
        for (const { name } of filters) before.delete(name)
        return before
      },
      { replace: true },
    )
}

interface BarProps {
  filters: readonly Filter[]
  chosen: Chosen
  tables: Schemas['CatalogTable'][]
}

/** The filters of a dashboard. What they change is in the address, so a link carries it. */
export function FilterBar({ filters, chosen, tables }: BarProps) {
  const [, setSearch] = useSearchParams()
  const clear = useClearFilters(filters)
  const carried = useCarriedFrom()
  if (filters.length === 0) return null
  const set = (name: string, values: readonly string[]) => {
    // A filter of another dashboard is not lost by another choice here, but the one that is chosen here is of this page.
    const origins = Object.fromEntries(
      Object.entries(carried?.origins ?? {}).filter(([other]) => other !== name),
    )
    const waiting = waitingAfter(carried?.waiting ?? [], name)
    const state = Object.keys(origins).length + waiting.length > 0 ? { carried: { origins, waiting } } : null
    setSearch(
      (before) => {
        before.delete(name)
        for (const value of values) before.append(name, value)
        return before
      },
      { replace: true, state },
    )
  }
  return (
    <Group gap="sm" align="end" role="group" aria-label="Filters" className="filters">
      {oncePerName(filters).map((filter) => {
        const Field = asksForDay(filter, tables) ? Day : takesSeveral(filter) ? Choices : Choice
        return (
          <Field
            key={filter.name}
            filter={filter}
            values={chosen[filter.name] ?? NO_VALUES}
            onChange={(values) => set(filter.name, values)}
          />
        )
      })}
      {Object.keys(chosen).length > 0 ? (
        <Button size="compact-sm" variant="subtle" onClick={clear}>
          Show all
        </Button>
      ) : null}
    </Group>
  )
}

interface Props {
  filter: Filter
  values: readonly string[]
  onChange: (values: readonly string[]) => void
}

const NO_VALUES: readonly string[] = []

type Row = readonly unknown[]

const useRows = ({ values }: Filter): readonly Row[] | undefined => useResult(values).data?.rows

const valueIn = ([cell]: Row): string => String(cell)

/** The values of a filter by their names. Those of codes are in the order of the names that people see, others in that of their statement. */
export function choicesOf(column: string, values: string[]): { value: string; label: string }[] {
  const choices = values.map((value) => ({ value, label: cellWords(column, value) }))
  const areCodes = values.some((value) => codeName(value, column) !== undefined)
  return areCodes ? choices.toSorted((one, other) => one.label.localeCompare(other.label)) : choices
}

/** The choices of a filter, each below the heading that its row has in a second column; one list where rows have none. */
export function choicesBelowHeadings(
  column: string,
  rows: readonly Row[],
): ComboboxItem[] | { group: string; items: ComboboxItem[] }[] {
  const headings = [...new Set(rows.flatMap(([, heading]) => (typeof heading === 'string' ? [heading] : [])))]
  if (headings.length === 0) return choicesOf(column, rows.map(valueIn))
  return headings.map((group) => ({
    group,
    items: choicesOf(column, rows.filter(([, heading]) => heading === group).map(valueIn)).toSorted(
      (one, other) => one.label.localeCompare(other.label),
    ),
  }))
}

/** Whether each typed word is in a label, so that “ger kit” finds “Germany · kitchen”. */
export const hasEachWord = (label: string, typed: string): boolean =>
  typed
    .toLowerCase()
    .split(/\s+/)
    .every((word) => label.toLowerCase().includes(word))

const matching = (options: ComboboxParsedItem[], typed: string): ComboboxParsedItem[] =>
  options.flatMap((one): ComboboxParsedItem[] => {
    if (!isOptionsGroup(one)) return 'label' in one && hasEachWord(one.label, typed) ? [one] : []
    const items = one.items.filter((item) => hasEachWord(typeof item === 'string' ? item : item.label, typed))
    return items.length > 0 ? [{ ...one, items }] : []
  })

/** The values that a filter offers and the chosen ones, which a link may have though the data has them no more: a box that reads "all" would hide them. */
export function withChosen(rows: readonly Row[], chosen: readonly string[]): readonly Row[] {
  const offered = new Set(rows.map(valueIn))
  const hasHeadings = typeof rows[0]?.[1] === 'string'
  const others = chosen.filter((value) => !offered.has(value))
  return [...rows, ...others.map((value) => (hasHeadings ? [value, 'Chosen'] : [value]))]
}

/** Several values of a column; nothing where the shown rows have none, as while a list is withheld. More than one are counted, so that the field keeps its height. */
function Choices({ filter, values, onChange }: Props) {
  const rows = useRows(filter)
  if (rows?.length === 0 && values.length === 0) return null
  const counted = countedValues(filter, values)
  return (
    <MultiSelect
      label={filter.label}
      placeholder={values.length === 0 ? 'all' : counted}
      size="xs"
      className={counted ? 'filter counted' : 'filter'}
      searchable
      clearable
      data={rows && choicesBelowHeadings(filter.column, withChosen(rows, values))}
      filter={({ options, search }) => matching(options, search)}
      value={[...values]}
      onChange={onChange}
    />
  )
}

/** The one value of a column; nothing where the shown rows have none. */
function Choice({ filter, values, onChange }: Props) {
  const rows = useRows(filter)
  if (rows?.length === 0 && values.length === 0) return null
  return (
    <Select
      label={filter.label}
      placeholder="all"
      size="xs"
      className="filter"
      searchable
      clearable
      data={rows && choicesBelowHeadings(filter.column, withChosen(rows, values))}
      filter={({ options, search }) => matching(options, search)}
      value={values[0] ?? null}
      onChange={(chosen) => onChange(chosen ? [chosen] : NO_VALUES)}
    />
  )
}

/** A day between the first and the last one of the data. */
function Day({ filter, values, onChange }: Props) {
  const days = useRows(filter)?.map(valueIn)
  return (
    <DayInput
      label={filter.label}
      size="xs"
      className="filter"
      min={days?.[0]}
      max={days?.at(-1)}
      value={values[0] ?? ''}
      onChange={(day) => onChange(day ? [day] : NO_VALUES)}
    />
  )
}
