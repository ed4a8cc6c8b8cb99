import { Button, Group, NativeSelect, Stack, Text, TextInput, type TextInputProps } from '@mantine/core'

import { DayInput, type DayInputProps } from '../../components/day-input'
import { readAsWords } from '../../formats/typed-number'
import { heading } from '../../formats/words'
import { mistakeOf, type Parameter, type ParameterType, TYPES, type Values } from './parameters'

interface Props {
  parameters: Parameter[]
  /** What was typed; a parameter that is not in it has its default. */
  typed: Values
  onType: (values: Values) => void
  onChange: (parameter: Parameter) => void
  onRun: () => void
  isRunning: boolean
}

/** The fields of a statement's parameters, each with the type of its values. */
export function ParameterFields({ parameters, typed, onType, onChange, onRun, isRunning }: Props) {
  if (parameters.length === 0) return null
  const areComplete = parameters.every((each) => mistakeOf(each, typed[each.name] ?? each.initial) === '')
  return (
    <Stack
      gap={4}
      mb="sm"
      component="form"
      aria-label="Values of the question"
      onSubmit={(event: React.FormEvent) => {
        event.preventDefault()
        onRun()
      }}
    >
      <Group gap="sm" align="flex-end">
        {parameters.map((each) => (
          <Group key={each.name} gap={4} align="flex-end" wrap="nowrap">
            <ValueField
              parameter={each}
              value={typed[each.name] ?? each.initial}
              onType={(value) => onType({ ...typed, [each.name]: value })}
            />
            <NativeSelect
              size="xs"
              w="5.5rem"
              aria-label={`Type of ${each.name}`}
              data={[...TYPES]}
              value={each.type}
              onChange={(event) => onChange({ ...each, type: event.currentTarget.value as ParameterType })}
            />
          </Group>
        ))}
        <Button type="submit" size="xs" variant="default" disabled={!areComplete} loading={isRunning}>
          Run with these values
        </Button>
      </Group>
      <Text size="xs" className="muted">
        The link of this page has these values. A question that you save now and its mails have them as
        defaults.
      </Text>
    </Stack>
  )
}

interface FieldProps {
  parameter: Parameter
  value: string | undefined
  onType: (value: string) => void
}

/** The field of a parameter by the type of its values. */
export function ValueField({ parameter, value, onType }: FieldProps) {
  return parameter.type === 'date' ? (
    <ParameterDay parameter={parameter} value={value} onType={onType} onUnread={onType} w="10rem" />
  ) : (
    <ParameterInput parameter={parameter} value={value} onType={onType} />
  )
}

/** The field of a day. */
export function ParameterDay({
  parameter,
  value,
  onType,
  ...field
}: FieldProps & Pick<DayInputProps, 'onUnread' | 'className' | 'w'>) {
  return (
    <DayInput
      {...field}
      size="xs"
      label={heading(parameter.name)}
      placeholder="6 Dec 2010"
      value={value ?? ''}
      onChange={onType}
    />
  )
}

/** The field of a text or a number. */
export function ParameterInput({
  parameter,
  value,
  onType,
  w = '12rem',
  ...field
}: FieldProps & Pick<TextInputProps, 'onBlur' | 'w'>) {
  const label = heading(parameter.name)
  const mistake = value === undefined ? '' : mistakeOf(parameter, value)
  return (
    <TextInput
      {...field}
      size="xs"
      w={w}
      label={label}
      maxLength={1000}
      inputMode={parameter.type === 'number' ? 'decimal' : 'text'}
      placeholder={value === undefined ? 'needs a value' : ''}
      value={value ?? ''}
      error={mistake || undefined}
      description={(parameter.type === 'number' && readAsWords(value ?? '')) || undefined}
      onChange={(event) => onType(event.currentTarget.value)}
    />
  )
}
