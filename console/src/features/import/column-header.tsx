import { ActionIcon, Menu, NativeSelect, Text, Tooltip, UnstyledButton } from '@mantine/core'

import type { Schemas } from '../../api/client'
import { count, currencyOf, whole } from '../../api/format'
import { day } from '../../formats/moments'
import { type Format, hasSpelling, type Step } from './edits'
import type { NewValues } from './lake-values'
import { fits, formatChoices, formatWords, plainExample, plainFormat } from './formats'
import { chipTitle, chipWords } from './steps'

const LEFT_OUT = '\nleft out'
const UNDECIDED = ''
const MOST_NAMED = 3

export type ColumnAction = 'split' | 'replace' | 'map' | 'default' | 'paste'

interface Props {
  name: string
  /** The name of a column of the file, or of the field that a column was made for. */
  title: string
  field: string | null | undefined
  fields: Schemas['ContractField'][]
  suggestion: Schemas['MappedColumn'] | undefined
  /** How nearly all values are written, as it was found. */
  readAs: { kind: string; format: Format } | undefined
  format: Format | undefined
  flawed: number
  /** Whether the gate has checked the values: it does once every field that the file needs has a column. */
  isChecked: boolean
  /** Whether a question above the rows is about it. */
  isAsked: boolean
  /** Values that its field does not have in its list, or without a list in the lake. */
  newValues: NewValues
  /** Dates in the future among its values. */
  toCome: Schemas['DaysToCome'] | undefined
  /** Whether the person may not see the values, and so not change them. */
  hidesValues: boolean
  onField: (field: string | null | undefined) => void
  onFormat: (format: Format) => void
  onAction: (action: ColumnAction) => void
  onShow: () => void
  /** Makes a column of the dataset from it; absent where it has a field, or the person may not. */
  onAdd?: (() => void) | undefined
  /** Changes of the whole column, each with its way back. */
  steps: Step[]
  /** Whether a step is remembered for files with this header. */
  isRemembered: (step: Step) => boolean
  onRemove: (step: Step) => void
}

/** What stands above a column of the file: its name, the field that it is, how it is written, and what can be done. */
export function ColumnHeader({
  name,
  title,
  field,
  fields,
  readAs,
  format,
  flawed,
  isChecked,
  isAsked,
  newValues,
  toCome,
  hidesValues,
  suggestion,
  steps,
  isRemembered,
  ...on
}: Props) {
  const own = fields.find((one) => one.name === field)
  const doubt = own?.records_past && toCome ? futureWords(toCome) : ''
  const type = own?.type ?? 'string'
  const offered = own && readAs && !hasSpelling(format) && fits(readAs.kind, type) ? readAs.format : undefined
  return (
    <>
      <div className="import-name">
        <Text size="sm" fw={600} truncate title={title}>
          {title}
        </Text>
        {fields.length > 0 ? (
          <ColumnMenu
            name={name}
            type={own ? type : ''}
            format={format}
            declared={own?.declared_format ?? {}}
            hidesValues={hidesValues}
            onFormat={on.onFormat}
            onAction={on.onAction}
          />
        ) : null}
      </div>
      {fields.length > 0 ? (
        <NativeSelect
          size="xs"
          aria-label={`Field for ${name}`}
          value={field === null ? LEFT_OUT : (field ?? UNDECIDED)}
          data={[
            { value: UNDECIDED, label: 'which field?' },
            ...fields.map((one) => ({
              value: one.name,
              label: `${one.title}${one.required && !one.may_be_empty ? ' *' : ''}`,
            })),
            { value: LEFT_OUT, label: 'leave out' },
          ]}
          onChange={(event) => {
            const value = event.currentTarget.value
            on.onField(value === LEFT_OUT ? null : value === UNDECIDED ? undefined : value)
          }}
        />
      ) : null}
      <div className="import-status">
        {flawed > 0 ? (
          <UnstyledButton className="import-flawed" onClick={on.onShow}>
            {whole(flawed)} {flawed === 1 ? 'error' : 'errors'}
          </UnstyledButton>
        ) : isAsked ? (
          <Text size="xs" className="import-doubt" span>
            see the question above
          </Text>
        ) : doubt ? (
          <Text size="xs" className="import-doubt" span title={doubt}>
            in the future
          </Text>
        ) : newValues.values.length > 0 ? null : own ? (
          <Text size="xs" className={isChecked ? 'import-fine' : 'muted'} span>
            {isChecked ? '✓' : 'mapped'}
          </Text>
        ) : suggestion?.field && field === undefined ? (
          <Proposal
            words={titleOf(fields, suggestion.field)}
            reason={suggestion.reason}
            onTake={() => on.onField(suggestion.field)}
          />
        ) : on.onAdd ? (
          <UnstyledButton className="import-link" onClick={on.onAdd}>
            Add to the dataset
          </UnstyledButton>
        ) : null}
        {newValues.values.length > 0 && !isAsked && !(doubt && flawed === 0) ? (
          <UnstyledButton
            className="import-link"
            title={`${newValues.rows ? 'None of the allowed values' : 'Not in the lake yet'}: ${newValues.values.join(', ')}`}
            onClick={() => on.onAction('map')}
          >
            {newValueWords(newValues)}
          </UnstyledButton>
        ) : null}
        {own && currencyOf(own.unit) ? (
          <Text size="xs" className="muted" span>
            in {currencyOf(own.unit)}
          </Text>
        ) : null}
        {format ? (
          <Text size="xs" span truncate title={formatWords(format)}>
            {formatWords(format)}
          </Text>
        ) : null}
        {offered ? (
          <Proposal
            words={formatWords(offered)}
            reason="Nearly all values of the column are written in this format."
            onTake={() => on.onFormat(offered)}
          />
        ) : null}
      </div>
      {steps.length > 0 ? (
        <div className="import-steps">
          {steps.map((step, place) => (
            <UnstyledButton
              key={place}
              className="import-step"
              aria-label={`Remove from ${name}: ${chipWords(step)}`}
              title={`${chipTitle(step)}${isRemembered(step) ? REMEMBERED : ''}`}
              onClick={() => on.onRemove(step)}
            >
              <span>
                {chipWords(step)}
                {isRemembered(step) ? ' (remembered)' : ''}
              </span>{' '}
              ×
            </UnstyledButton>
          ))}
        </div>
      ) : null}
    </>
  )
}

/** A field or a format that a click takes; why it is proposed is said at the pointer and at the focus. */
function Proposal({ words, reason, onTake }: { words: string; reason: string; onTake: () => void }) {
  return (
    <Tooltip
      label={reason}
      disabled={!reason}
      events={{ hover: true, focus: true, touch: true }}
      multiline
      maw={280}
    >
      <UnstyledButton className="import-link" onClick={onTake}>
        {words}?
      </UnstyledButton>
    </Tooltip>
  )
}

const REMEMBERED =
  '\nRemembered for files with this header. Once this file is committed without it, it is forgotten.'

/** What is odd about days to come in a field that records the past; no row is refused for it. */
export const futureWords = ({ rows, last }: Schemas['DaysToCome']): string =>
  `${count(rows, 'date')} in the future, up to ${day(last)}`

/**
 * The new values of a column; those outside its list are named, because the rows that have them get a warning.
 *
 * @example newValueWords({ values: ['void'], rows: 22 }) // '22 rows with 1 new value: void'
 */
export function newValueWords({ values, rows }: NewValues): string {
  const words = count(values.length, 'new value')
  if (!rows) return words
  const named = values.slice(0, MOST_NAMED).join(', ')
  return `${count(rows, 'row')} with ${words}: ${named}${values.length > MOST_NAMED ? ' …' : ''}`
}

/** A field's title: the contract's, or the words of its name. */
export const titleOf = (fields: Schemas['ContractField'][] | undefined, name: string): string =>
  fields?.find((one) => one.name === name)?.title ?? words(name)

/** A name as a person reads it. */
export const words = (name: string): string => name.replaceAll('_', ' ')

interface MenuProps {
  name: string
  type: string
  /** How the values are read; absent for the format of the contract. */
  format: Format | undefined
  /** The format of the contract; empty for the plain spelling. */
  declared: Format
  hidesValues: boolean
  onFormat: (format: Format) => void
  onAction: (action: ColumnAction) => void
}

/** A format without the zone of its times. */
const spellingOf = (format: Format = {}): Format =>
  Object.fromEntries(Object.entries(format).filter(([key]) => key !== 'timezone'))

const OF_VALUES: [ColumnAction, string][] = [
  ['map', 'Map values …'],
  ['replace', 'Replace a text …'],
  ['split', 'Split in two …'],
]

function ColumnMenu({ name, type, format, declared, hidesValues, onFormat, onAction }: MenuProps) {
  const inForce = hasSpelling(format) ? format : declared
  const isChosen = (choice: Format): boolean => formatWords(choice) === formatWords(spellingOf(inForce))
  const plain = plainFormat(type, declared)
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="sm" aria-label={`Change the column ${name}`}>
          ⋯
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {type ? (
          <>
            <Menu.Label>Written as</Menu.Label>
            {formatChoices(type).map((choice) => (
              <Menu.Item
                key={choice.label}
                leftSection={isChosen(choice.format) ? '✓' : ''}
                onClick={() => onFormat(choice.format)}
              >
                {choice.label}
              </Menu.Item>
            ))}
            <Menu.Item leftSection={isChosen(plain) ? '✓' : ''} onClick={() => onFormat(plain)}>
              plain: {plainExample(type)}
            </Menu.Item>
            <Menu.Divider />
          </>
        ) : null}
        <Menu.Label>Whole column</Menu.Label>
        {(hidesValues ? [] : OF_VALUES).map(([action, label]) => (
          <Menu.Item key={action} onClick={() => onAction(action)}>
            {label}
          </Menu.Item>
        ))}
        <Menu.Item onClick={() => onAction('default')}>Fill empty cells …</Menu.Item>
        {hidesValues ? null : <Menu.Item onClick={() => onAction('paste')}>Paste a column …</Menu.Item>}
      </Menu.Dropdown>
    </Menu>
  )
}
