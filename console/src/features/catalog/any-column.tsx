import { Button, Group, Select, Text, TextInput } from '@mantine/core'
import { useState } from 'react'

import { DURATION, isNumeric, isTime } from '../../api/format'
import { headingsOf, type Labels, type Units } from '../../formats/columns'
import { type Condition, operators, typedUnit, typedValue } from './row-filters'

export interface Column {
  name: string
  type: string
}

const NO_UNITS: Units = {}

/** Why a text is no number, with one that is; empty for a number. */
function whyNoNumber(plain: string, unit: string): string {
  if (Number.isFinite(Number(plain))) return ''
  return `Write a number such as ${unit === DURATION ? '2:30:00' : '12.5'}`
}

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
  const [mistake, setMistake] = useState('')
  const headings = headingsOf(columns, labels)
  const type = columns.find(({ name }) => name === column)?.type ?? ''
  const unit = units[column ?? ''] ?? ''
  const offered = operators(type)
  const chosen = offered.some((each) => each.value === operator) ? operator : (offered[0]?.value ?? 'eq')
  function add(event: React.FormEvent): void {
    event.preventDefault()
    if (!column) return
    const plain = chosen === 'empty' ? 'true' : typedValue(value, unit, type)
    const isNumber = chosen !== 'empty' && isNumeric(type)
    const wrong = !plain ? 'Write a value first' : isNumber ? whyNoNumber(plain, unit) : ''
    setMistake(wrong)
    if (wrong) return
    onAdd({ column, operator: chosen, value: plain })
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
              inputMode={isNumeric(type) && unit !== DURATION ? 'decimal' : 'text'}
              rightSection={typedUnit(unit) ? <Text size="xs">{typedUnit(unit)}</Text> : null}
              rightSectionWidth={unit === DURATION ? 60 : 40}
              error={mistake || undefined}
              value={value}
              onChange={(event) => {
                setMistake('')
                setValue(event.currentTarget.value)
              }}
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
