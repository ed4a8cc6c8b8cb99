import { Autocomplete, Button, Checkbox, Group, Modal, NativeSelect, Stack, Table, Text } from '@mantine/core'
import { type FormEvent, useState } from 'react'

import { useFocusBack } from '../../components/use-focus-back'
import { whole } from '../../api/format'
import type { Step } from './edits'
import { isNew, type LakeValues, lakeWords } from './lake-values'
import { meantBy, usualSpelling } from './steps'
import { truthOf } from './truth-words'

/** A value that a field may have, and how it is called: `yes (ja)`. */
export interface Choice {
  value: string
  label: string
  /** Other texts that mean it, in small letters. */
  also?: string[]
  /** Whether it is the yes or the no of a field, which words of many languages mean. */
  means?: 'true' | 'false'
}

interface Props {
  column: string
  /** The values that the column has, with their rows. */
  values: [string, number][]
  /** The values that its field may have; empty for any. */
  allowed: Choice[]
  /** The values that its field has in the lake, most frequent first; absent where nothing is stored yet. */
  inLake: LakeValues | undefined
  /** Whether the values are those that the gate refuses, because the column has many others. */
  areRefused?: boolean
  /** Those of the values that the gate refuses; they are listed first. */
  refused?: string[]
  /** Whether its field may be empty, so that a value can become so. */
  mayBeEmpty?: boolean
  /** Whether its field is a text: spellings of one name are proposed for each other, and never numbers or dates. */
  isText: boolean
  /** The step that is changed; absent for a new one. */
  step: Step | undefined
  onStep: (step: Step | undefined) => void
  onClose: () => void
}

/** Each value of a column beside the one that it becomes, which is chosen where the field lists its values. */
export function MapForm({
  column,
  values,
  allowed,
  inLake,
  areRefused = false,
  refused = [],
  mayBeEmpty = false,
  isText,
  step,
  onStep,
  onClose,
}: Props) {
  useFocusBack()
  const permitted = allowed.map(({ value }) => value)
  const isRefused = (value: string): boolean =>
    allowed.length > 0 ? !isOneOf(value, allowed) : refused.includes(value)
  const targets = allowed.length > 0 ? permitted : (inLake?.values ?? [])
  const [chosen, setChosen] = useState<Record<string, string>>({ ...step?.values })
  const others = Object.keys(chosen).filter((value) => !values.some(([listed]) => listed === value))
  const words = values.map(([value]) => value)
  const truthMeant = (value: string): string =>
    allowed.find(({ means }) => means && means === truthOf(value, words))?.value ?? ''
  // The values of the lake arrive while the form is open, so what they propose is no state.
  const proposed = (value: string): string => {
    if (targets.includes(value) || (allowed.length > 0 && !isRefused(value))) return ''
    if (allowed.length > 0) return truthMeant(value) || meantBy(value, permitted)
    return isText ? meantBy(value, targets) || usualSpelling(value, values) : ''
  }
  const [emptied, setEmptied] = useState(
    () => new Set(Object.keys(step?.values ?? {}).filter((value) => step?.values[value] === '')),
  )
  const becomes = (value: string): string => (emptied.has(value) ? '' : (chosen[value] ?? proposed(value)))
  const empty = (value: string, isEmpty: boolean) =>
    setEmptied(new Set([...emptied].filter((one) => one !== value).concat(isEmpty ? [value] : [])))
  const rank = (value: string): number => (isRefused(value) ? 0 : proposed(value) ? 1 : 2)
  const listed = [...values, ...others.map((value): [string, number] => [value, 0])].toSorted(
    ([one], [other]) => rank(one) - rank(other),
  )
  function done(event: FormEvent): void {
    event.preventDefault()
    const pairs = Object.fromEntries(
      listed
        .map(([value]) => [value, becomes(value)] as const)
        .filter(([value, text]) => text || emptied.has(value)),
    )
    const isEmpty = Object.keys(pairs).length === 0
    onStep(
      isEmpty
        ? undefined
        : {
            kind: 'map',
            column,
            text: '',
            search: '',
            values: pairs,
            into: [],
          },
    )
    onClose()
  }
  return (
    <Modal opened onClose={onClose} title={`Map values of the column ${column}`} centered>
      <form onSubmit={done}>
        <Stack gap="sm">
          {allowed.length > 0 ? (
            <Text size="sm">Allowed: {allowed.map(({ label }) => label).join(', ')}.</Text>
          ) : inLake ? (
            <Text size="sm">{lakeWords(inLake)}</Text>
          ) : null}
          <div className="scroll" tabIndex={0} style={{ maxHeight: '50vh', overflowY: 'auto' }}>
            <Table fz="sm" stickyHeader>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Value</Table.Th>
                  <Table.Th className="number">Rows</Table.Th>
                  <Table.Th>Becomes</Table.Th>
                  {mayBeEmpty ? <Table.Th>Empty</Table.Th> : null}
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {listed.map(([value, rows]) => (
                  <Table.Tr key={value}>
                    <Table.Td className="any-text">
                      {value}
                      {isRefused(value) && !becomes(value) ? <span className="misfit"> refused</span> : null}
                    </Table.Td>
                    <Table.Td className="number">{whole(rows)}</Table.Td>
                    <Table.Td>
                      <Target
                        value={value}
                        allowed={allowed}
                        inLake={inLake}
                        text={becomes(value)}
                        isDisabled={emptied.has(value)}
                        onChange={(text) => setChosen({ ...chosen, [value]: text })}
                      />
                    </Table.Td>
                    {mayBeEmpty ? (
                      <Table.Td>
                        <Checkbox
                          size="xs"
                          aria-label={`${value} becomes empty`}
                          checked={emptied.has(value)}
                          onChange={(event) => empty(value, event.currentTarget.checked)}
                        />
                      </Table.Td>
                    ) : null}
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </div>
          <Text size="sm" className="muted">
            {areRefused
              ? 'These are the values that the gate refuses, with their rows. '
              : 'Rows are those of the whole file. '}
            Empty cells are not listed: <i>Fill empty cells …</i> changes them.
          </Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit">Change the column</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}

/** Whether a value is permitted as it is; yes and no are in any case. */
const isOneOf = (value: string, allowed: Choice[]): boolean =>
  allowed.some((each) => each.value === value || each.also?.includes(value.trim().toLowerCase()))

interface TargetProps {
  value: string
  allowed: Choice[]
  inLake: LakeValues | undefined
  text: string
  isDisabled: boolean
  onChange: (text: string) => void
}

function Target({ value, allowed, inLake, text, isDisabled, onChange }: TargetProps) {
  const label = `${value} becomes`
  if (allowed.length === 0)
    return (
      <Autocomplete
        size="xs"
        aria-label={label}
        disabled={isDisabled}
        placeholder={isDisabled ? 'empty' : 'as it is'}
        description={inLake && isNew(text || value, inLake) ? 'new in the lake' : undefined}
        inputWrapperOrder={['input', 'description']}
        data={inLake?.values ?? []}
        value={text}
        onChange={onChange}
      />
    )
  const isListed = !text || allowed.some((each) => each.value === text)
  const listed = isListed ? allowed : [{ value: text, label: text }, ...allowed]
  return (
    <NativeSelect
      size="xs"
      aria-label={label}
      disabled={isDisabled}
      value={text}
      data={[
        { value: '', label: isOneOf(value, allowed) ? 'as it is' : 'choose …' },
        ...listed.map((each) => ({ value: each.value, label: each.label })),
      ]}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  )
}
