import { Button, Group, Text } from '@mantine/core'
import { useState } from 'react'
import { useSearchParams } from 'react-router'

import { Empty } from '../../components/states'
import { ParameterDay, ParameterInput } from '../query/parameter-fields'
import { addressName, type Parameter, plainValue } from '../query/parameters'
import { type BoardValues, mistakeIn, valueWords } from './board-values'

/** Fields of the parameters of a dashboard's questions; their values are in the address, so a link carries them. */
export function ValueBar({ parameters, values, mistakes }: BoardValues) {
  const [, setSearch] = useSearchParams()
  if (parameters.length === 0) return null
  const set = (changed: Record<string, string | undefined>) =>
    setSearch(
      (before) => {
        for (const [name, value] of Object.entries(changed)) {
          if (value === undefined) before.delete(addressName(name))
          else before.set(addressName(name), value)
        }
        return before
      },
      { replace: true },
    )
  return (
    <>
      <Group gap="sm" align="end" role="group" aria-label="Values of the questions" className="filters">
        {parameters.map((each) => (
          <Value
            key={each.name}
            parameter={each}
            value={values[each.name] ?? each.initial}
            onChoose={(value) => set({ [each.name]: value })}
          />
        ))}
        {Object.keys(values).length + mistakes.length > 0 ? (
          <Button
            size="compact-sm"
            variant="subtle"
            onClick={() => set(Object.fromEntries(parameters.map(({ name }) => [name, undefined])))}
          >
            Use the saved values
          </Button>
        ) : null}
      </Group>
      {mistakes.map((words) => (
        <Empty key={words}>{words}</Empty>
      ))}
    </>
  )
}

interface ValueProps {
  parameter: Parameter
  value: string | undefined
  onChoose: (value: string | undefined) => void
}

/** A field that is applied when a person leaves it or presses Enter: each value is another question to the lake. */
function Value({ parameter, value, onChoose }: ValueProps) {
  const [typed, setTyped] = useState<string>()
  if (parameter.type === 'date')
    return (
      <ParameterDay
        className="filter"
        parameter={parameter}
        value={value}
        onType={(chosen) => onChoose(chosen || undefined)}
      />
    )
  const isRight = typed === undefined || mistakeIn(parameter, typed) === ''
  const apply = () => {
    if (typed === undefined || !isRight) return
    const chosen = plainValue(parameter, typed)
    if (chosen !== value) onChoose(chosen)
    setTyped(undefined)
  }
  return (
    <form
      className="filter"
      onSubmit={(event) => {
        event.preventDefault()
        apply()
      }}
    >
      <ParameterInput
        parameter={parameter}
        value={typed ?? value}
        onType={setTyped}
        onBlur={apply}
        w="100%"
      />
    </form>
  )
}

/** The values with which the question of a panel was asked. */
export function ValueWords({ sql }: { sql: string }) {
  const words = valueWords(sql)
  return words.length === 0 ? null : (
    <Text size="xs" className="muted" data-testid="panel-values">
      {words.join(' · ')}
    </Text>
  )
}
