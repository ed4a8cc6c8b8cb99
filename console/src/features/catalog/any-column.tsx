import { Button, Group, Select, Text, TextInput } from '@mantine/core'
import { useState } from 'react'

import { isNumeric, isTime } from '../../api/format'
import { headingsOf, type Labels, type Units } from '../../formats/columns'
import { type Condition, operators, typedUnit, typedValue } from './row-filters'

export interface Column {
  name: string
  type: string
}

const NO_UNITS: Units = {}

/** A condition on a column that has no filter of its own. */
export function AnyColumn({
  columns,
  labels,
  units = NO_UNITS,
  onAdd,
}: {
  columns: Column[]
  labels: Labels
  units?: Units
  onAdd: (condition: Condition) => void
}) {
  const [column, setColumn] = useState<string | null>(null)
  const [operator, setOperator] = useState('')
  const [value, setValue] = useState('')
  const [isMissing, setMissing] = useState(false)
  const headings = headingsOf(columns, labels)
  const type = columns.find(({ name }) => name === column)?.type ?? ''
  const unit = units[column ?? ''] ?? ''
  const offered = operators(type)
  const chosen = offered.some((each) => each.value === operator) ? operator : (offered[0]?.value ?? 'eq')
  function add(event: React.FormEvent): void {
    event.preventDefault()
    if (!column) return
    setMissing(chosen !== 'empty' && !value)
    if (chosen !== 'empty' && !value) return
    onAdd({ column, operator: chosen, value: chosen === 'empty' ? 'true' : typedValue(value, unit) })
    setValue('')
  }
  return (
    <Group component="form" gap="xs" align="end" onSubmit={add}>
      <Select
        size="xs"
        w={170}
        label="Column"
        placeholder="any column"
        searchable
        clearable
        data={columns.map(({ name }) => ({ value: name, label: headings[name] ?? name }))}
        value={column}
        onChange={setColumn}
      />
      {column ? (
        <>
          <Select
            size="xs"
            w={110}
            aria-label="Condition"
            allowDeselect={false}
            data={offered}
            value={chosen}
            onChange={(name) => setOperator(name ?? '')}
          />
          {chosen === 'empty' ? null : (
            <TextInput
              size="xs"
              w={150}
              aria-label="Value"
              type={isTime(type) ? 'date' : isNumeric(type) ? 'number' : 'text'}
              {...(isNumeric(type) ? { step: 'any' } : {})}
              rightSection={typedUnit(unit) ? <Text size="xs">{typedUnit(unit)}</Text> : null}
              rightSectionWidth={40}
              error={isMissing && !value ? 'Write a value first' : undefined}
              value={value}
              onChange={(event) => setValue(event.currentTarget.value)}
            />
          )}
          <Button type="submit" size="xs" variant="default">
            Add filter
          </Button>
        </>
      ) : null}
    </Group>
  )
}
