import { Button, Group, Select } from '@mantine/core'
import { useMemo } from 'react'
import { useSearchParams } from 'react-router'

import type { Schemas } from '../../api/client'
import { useResult } from '../query/results'
import { cellWords } from '../../formats/columns'
import type { Chosen } from './filters'

type Filter = Schemas['DashboardFilter']

/** The values of the page's filters, which are in its address. */
export function useChosen(filters: readonly Filter[]): Chosen {
  const [search] = useSearchParams()
  return useMemo(
    () => Object.fromEntries(filters.map((filter) => [filter.name, search.get(filter.name) ?? ''])),
    [filters, search],
  )
}

/** The filters of a dashboard. What they change is in the address, so a link carries it. */
export function FilterBar({ filters, chosen }: { filters: readonly Filter[]; chosen: Chosen }) {
  const [, setSearch] = useSearchParams()
  if (filters.length === 0) return null
  const set = (name: string, value: string) =>
    setSearch(
      (before) => {
        if (value) before.set(name, value)
        else before.delete(name)
        return before
      },
      { replace: true },
    )
  return (
    <Group gap="sm" align="end" role="group" aria-label="Filters">
      {filters.map((filter) => (
        <OneFilter
          key={filter.name}
          filter={filter}
          value={chosen[filter.name] ?? ''}
          onChange={(value) => set(filter.name, value)}
        />
      ))}
      {Object.values(chosen).some(Boolean) ? (
        <Button size="compact-sm" variant="subtle" onClick={() => setSearch({}, { replace: true })}>
          Show all
        </Button>
      ) : null}
    </Group>
  )
}

interface Props {
  filter: Filter
  value: string
  onChange: (value: string) => void
}

function OneFilter({ filter, value, onChange }: Props) {
  const values = useResult(filter.values)
  const data = (values.data?.rows ?? []).map(([cell]) => String(cell))
  return (
    <Select
      label={filter.label}
      placeholder="all"
      size="xs"
      w={{ base: '100%', xs: 220 }}
      searchable
      clearable
      data={data.map((one) => ({ value: one, label: cellWords(filter.column, one) }))}
      value={value || null}
      onChange={(chosen) => onChange(chosen ?? '')}
    />
  )
}
