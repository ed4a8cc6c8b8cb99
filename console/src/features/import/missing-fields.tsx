import { Button, Group, NativeSelect, Text, TextInput } from '@mantine/core'
import { Fragment, useState } from 'react'

import type { Schemas } from '../../api/client'
import { Failed } from '../../components/states'
import { titleOf } from './column-header'
import { type Edits, withCopy, withDefault } from './edits'
import { kindOf } from './formats'
import { withKnownFormat } from './suggested-fields'
import type { OptionalField } from './use-optional-field'

interface Props {
  fields: Schemas['ContractField'][]
  result: Pick<Schemas['DryRun'], 'grid' | 'mapping'>
  edits: Edits
  onChange: (next: Edits) => void
  /** The right to make a required field optional for all files of the dataset. */
  optional?: OptionalField | undefined
}

/**
 * Fields without a column in the file: one value for all rows may stand in.
 *
 * A masked field that may be empty is asked for, too, because its values may be in a column of another name. A
 * person who knows that the file has none says so, and no value has to be invented.
 */
export function MissingFields({ fields, result, edits, onChange, optional }: Props) {
  if (!edits.dataset || fields.length === 0) return null
  const groups = [
    ['Missing:', fields.filter((field) => !field.may_be_empty)],
    ['No column yet for', fields.filter((field) => field.may_be_empty)],
  ] as const
  return (
    <Group gap="xs" align="center">
      {groups.map(([label, own]) =>
        own.length > 0 ? (
          <Fragment key={label}>
            <Text size="sm" fw={600}>
              {label}
            </Text>
            {own.map((field) => (
              <Missing
                key={field.name}
                field={field}
                onSet={(text) => onChange(withDefault(edits, field.name, text))}
                onOptional={optional?.make}
                copies={columnsOfDays(field, result, edits).map((column) => ({
                  column,
                  title: titleOf(result.mapping?.fields, edits.columns[column] || column),
                  take: () =>
                    onChange(withFormatOf(withCopy(edits, field.name, column), field.name, result, column)),
                }))}
              />
            ))}
          </Fragment>
        ) : null,
      )}
      <Text size="sm" className="muted">
        {waysOut(fields, optional)}
        {fields.some((field) => field.may_be_empty) ? WHY_ASKED : ''}
      </Text>
      {optional?.error ? <Failed error={optional.error} what="The change of the dataset" isAction /> : null}
    </Group>
  )
}

const WHY_ASKED =
  ' You are asked about fields that are masked, because a column with another name would keep their values unmasked.'

/** What a person can do about the fields: a key tells rows apart, so it has no value for all of them. */
function waysOut(fields: Props['fields'], optional: OptionalField | undefined): string {
  const mayBeOptional = fields.some((field) => !field.is_key && !field.may_be_empty)
  const ways = [
    'Choose the column below',
    fields.some((field) => !field.is_key) ? 'set one value for all rows' : '',
    fields.some((field) => field.may_be_empty) ? 'say that the file has none' : '',
    mayBeOptional && optional?.make ? 'make it optional for all files of the dataset' : '',
    mayBeOptional && optional?.createdBy
      ? `ask ${optional.createdBy} or an operator to make it optional`
      : '',
  ].filter(Boolean)
  return ways.length > 1 ? `${ways.slice(0, -1).join(', ')}, or ${ways.at(-1) ?? ''}.` : `${ways.join('')}.`
}

const MAX_COPIES = 2

/** Columns of days whose values a missing day may have too, such as the day of the order for its last change. */
export function columnsOfDays(
  field: Schemas['ContractField'],
  { grid, mapping }: Props['result'],
  edits: Edits,
): string[] {
  if (field.is_key || kindOf(field.type) !== 'day') return []
  const isOfDays = (column: string): boolean => {
    const own = mapping?.fields.find(({ name }) => name === edits.columns[column])
    return kindOf(own?.type ?? String(grid?.formats[column]?.['kind'] ?? '')) === 'day'
  }
  return (grid?.columns ?? []).filter(isOfDays).slice(0, MAX_COPIES)
}

/** The format of the column that is copied; one that was decided stays. */
const withFormatOf = (edits: Edits, field: string, result: Props['result'], column: string): Edits =>
  edits.formats[field] ? edits : withKnownFormat(edits, field, result, column)

interface MissingProps {
  field: Schemas['ContractField']
  onSet: (text: string) => void
  onOptional: OptionalField['make']
  copies: { column: string; title: string; take: () => void }[]
}

function Missing({ field, onSet, onOptional, copies }: MissingProps) {
  const { title, may_be_empty: mayBeEmpty } = field
  const [text, setText] = useState<string>()
  if (field.is_key) return <Text size="sm">{title} (a column only)</Text>
  if (text === undefined)
    return (
      <Group gap={4}>
        <Button size="compact-sm" variant="default" onClick={() => setText(firstValue(field.type))}>
          {title} …
        </Button>
        {copies.map((copy) => (
          <Button
            key={copy.column}
            size="compact-sm"
            variant="default"
            aria-label={`${title} as ${copy.title}`}
            onClick={copy.take}
          >
            as {copy.title}
          </Button>
        ))}
        {mayBeEmpty ? (
          <Button size="compact-sm" variant="default" onClick={() => onSet('')}>
            The file has no {title}
          </Button>
        ) : onOptional ? (
          <Button size="compact-sm" variant="default" onClick={() => onOptional(field.name)}>
            Make {title} optional
          </Button>
        ) : null}
      </Group>
    )
  return (
    <Group gap={4} component="form" onSubmit={() => onSet(plainText(field.type, text))}>
      <Text size="sm">{title}</Text>
      <ValueInput field={field} value={text} onChange={setText} />
      {field.type === 'timestamp' ? (
        <Text size="sm" className="muted">
          UTC
        </Text>
      ) : null}
      <Button size="compact-sm" type="submit" disabled={!text}>
        Set for all
      </Button>
    </Group>
  )
}

interface ValueProps {
  field: Schemas['ContractField']
  value: string
  onChange: (text: string) => void
}

/** A value of the field's type, so that no value is set for all rows that the gate refuses in each. */
function ValueInput({ field: { title, type }, value, onChange }: ValueProps) {
  const label = `${title} for all rows`
  if (type === 'boolean')
    return (
      <NativeSelect
        size="xs"
        autoFocus
        aria-label={label}
        value={value}
        data={[
          { value: '', label: `${title}?` },
          { value: 'true', label: 'Yes' },
          { value: 'false', label: 'No' },
        ]}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    )
  return (
    <TextInput
      size="xs"
      w={INPUT_TYPES[type] ? undefined : '9rem'}
      type={INPUT_TYPES[type] ?? 'text'}
      autoFocus
      aria-label={label}
      placeholder={title}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  )
}

const INPUT_TYPES: Record<string, string> = { date: 'date', timestamp: 'datetime-local' }

/** Where the choice for all rows begins: today or now, in UTC as the lake has its times; else nothing. */
function firstValue(type: string): string {
  const now = new Date().toISOString()
  if (type === 'date') return now.slice(0, 'yyyy-mm-dd'.length)
  return type === 'timestamp' ? now.slice(0, 'yyyy-mm-ddThh:mm'.length) : ''
}

/** A value in the spelling of the API: `2026-10-01 08:30` of the browser's `2026-10-01T08:30`. */
function plainText(type: string, text: string): string {
  if (type !== 'timestamp') return text
  const moment = text.replace('T', ' ')
  return moment.length === 'yyyy-mm-dd hh:mm'.length ? `${moment}:00` : moment
}
