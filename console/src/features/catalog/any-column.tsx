import { Button, Group, Select, TextInput } from '@mantine/core'
import { useState } from 'react'

import { isTime } from '../../api/format'
import { headingsOf, type Labels } from '../../formats/columns'
import { type Condition, operators } from './row-filters'

export interface Column {
  name: string
  type: string
}

/** A condition on a column that has no filter of its own. */
export function AnyColumn({
  columns,
  labels,
  onAdd,
}: {
  columns: Column[]
  labels: Labels
  onAdd: (condition: Condition) => void
}) {
  const [column, setColumn] = useState<string | null>(null)
  const [operator, setOperator] = useState('')
  const [value, setValue] = useState('')
  const [isMissing, setMissing] = useState(false)
  const headings = headingsOf(columns, labels)
  const type = columns.find(({ name }) => name === column)?.type ?? ''
  const offered = operators(type)
  const chosen = offered.some((each) => each.value === operator) ? operator : (offered[0]?.value ?? 'eq')
  function add(event: React.FormEvent): void {
    event.preventDefault()
    if (!column) return
    setMissing(chosen !== 'empty' && !value)
    if (chosen !== 'empty' && !value) return
    onAdd({ column, operator: chosen, value: chosen === 'empty' ? 'true' : value })
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
              type={isTime(type) ? 'date' : 'text'}
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
