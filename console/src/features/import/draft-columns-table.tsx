import {
  Button,
  Checkbox,
  NativeSelect,
  Table,
  TagsInput,
  Text,
  TextInput,
  VisuallyHidden,
} from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { Fragment, useState } from 'react'

import { read, type Schemas } from '../../api/client'
import {
  columnPlaces,
  type DraftColumn,
  hasOtherLetters,
  isMasked,
  isNumber,
  plainName,
  TYPES,
  typeWords,
} from './draft-columns'

const headingOf = (column: DraftColumn | undefined, at: number, inFile: string[]): string =>
  column?.isSheetName
    ? 'name of the sheet'
    : column?.heading
      ? (inFile[at] ?? column.heading)
      : `column ${at + 1}, without a heading`

/** After such a pause a text is typed, and the most characters of one. */
const [TYPING_PAUSE_MS, MOST_OF_A_NAME] = [200, 200]

interface NameProps {
  label: string
  name: string
  onName: (name: string) => void
  isLabelShown?: boolean
}

/** The name that a text in another script may have, by its sound; empty until the API has answered. */
function useProposedName(text: string): string {
  const [typed] = useDebouncedValue(text, TYPING_PAUSE_MS)
  const answer = useQuery({
    queryKey: ['plain-name', typed],
    enabled: typed !== '',
    queryFn: () => read<Schemas['PlainName']>('/v1/plain-names', { query: { text: typed } }),
    staleTime: Infinity,
  })
  return typed === text ? (answer.data?.name ?? '') : ''
}

/** A name in SQL; what has letters that it cannot have stays in the field, with the rule and a name by its sound. */
export function NameInput({ label, name, onName, isLabelShown = false }: NameProps) {
  // A text of several strokes, such as kana, is typed to its end before it is anything.
  const [foreign, setForeign] = useState('')
  const proposed = useProposedName(foreign)
  const choose = (chosen: string) => {
    setForeign('')
    onName(chosen)
  }
  return (
    <>
      <TextInput
        size="xs"
        miw="9rem"
        w={isLabelShown ? '16rem' : undefined}
        label={isLabelShown ? label : undefined}
        aria-label={isLabelShown ? undefined : label}
        value={foreign || name}
        maxLength={MOST_OF_A_NAME}
        error={
          foreign ? `Only letters a to z, digits and _: the name is still ${name || 'empty'}.` : undefined
        }
        onChange={({ currentTarget: { value } }) =>
          hasOtherLetters(value) ? setForeign(value) : choose(plainName(value))
        }
      />
      {proposed ? (
        <Button size="compact-xs" variant="subtle" mt={2} onClick={() => choose(proposed)}>
          Use {proposed}
        </Button>
      ) : null}
    </>
  )
}

function WhyHidden({ because }: { because: string | undefined }) {
  return because ? (
    <Text size="xs" className="muted" maw="16rem">
      Its values are not shown: {because}.
    </Text>
  ) : null
}

/** The columns of a draft, which a person renames, types, and marks as filled or identifying. */
export function DraftColumnsTable({
  columns,
  inFile,
  hidden = {},
  order,
  mayDeny = () => true,
  onChange,
  onLeaveOut,
}: {
  columns: DraftColumn[]
  inFile: string[]
  /** Why the values of a column of the file are not shown. */
  hidden?: Readonly<Record<string, string>>
  order: number[] | undefined
  /** Whether a person may say that a column is not about people. */
  mayDeny?: (at: number) => boolean
  onChange: (at: number, column: DraftColumn) => void
  onLeaveOut: (at: number, isLeftOut: boolean) => void
}) {
  const way = (at: number, label: string, isLeftOut: boolean) => (
    <Table.Td>
      <Button
        size="compact-xs"
        variant="subtle"
        color="gray"
        aria-label={`${label} ${headingOf(columns[at], at, inFile)}`}
        onClick={() => onLeaveOut(at, isLeftOut)}
      >
        {label}
      </Button>
    </Table.Td>
  )
  return (
    <Table fz="sm" w="auto" className="draft-columns">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>in the file</Table.Th>
          <Table.Th>column in the table</Table.Th>
          <Table.Th>holds</Table.Th>
          <Table.Th>unit</Table.Th>
          <Table.Th>always filled</Table.Th>
          <Table.Th>identifies a row</Table.Th>
          <Table.Th>about people</Table.Th>
          <Table.Th>
            <VisuallyHidden>Leave out</VisuallyHidden>
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {columnPlaces(columns.length, order).map((at) => {
          const column = columns[at]
          if (!column) return null
          return column.isLeftOut ? (
            <Table.Tr key={at} className="muted">
              <Table.Td>{headingOf(column, at, inFile)}</Table.Td>
              <Table.Td colSpan={6}>is left out</Table.Td>
              {way(at, 'Take in', false)}
            </Table.Tr>
          ) : (
            <Fragment key={at}>
              <Table.Tr>
                <Table.Td className={column.heading && !column.isSheetName ? 'any-text' : 'muted'}>
                  <div>
                    {headingOf(column, at, inFile)}
                    <WhyHidden because={hidden[inFile[at] ?? '']} />
                  </div>
                </Table.Td>
                <Table.Td data-label="column in the table">
                  <NameInput
                    label={`Name of column ${at + 1}`}
                    name={column.name}
                    onName={(name) => onChange(at, { ...column, name })}
                  />
                </Table.Td>
                <Table.Td data-label="holds">
                  <NativeSelect
                    size="xs"
                    miw="8.5rem"
                    aria-label={`Type of ${column.name}`}
                    value={column.type}
                    disabled={isMasked(column) || column.isSheetName}
                    data={[
                      { value: column.type, label: typeWords(column.type) },
                      ...TYPES.filter((one) => typeWords(one.value) !== typeWords(column.type)),
                    ]}
                    onChange={(event) => onChange(at, { ...column, type: event.currentTarget.value })}
                  />
                </Table.Td>
                <Table.Td data-label="unit">
                  {isNumber(column.type) ? (
                    <TextInput
                      size="xs"
                      w="4.5rem"
                      maxLength={20}
                      aria-label={`Unit of ${column.name}`}
                      value={column.unit}
                      onChange={(event) => onChange(at, { ...column, unit: event.currentTarget.value })}
                    />
                  ) : null}
                </Table.Td>
                <Table.Td data-label="always filled">
                  <Checkbox
                    size="xs"
                    aria-label={`${column.name} is always filled`}
                    checked={column.required || column.key}
                    disabled={column.key}
                    onChange={(event) => onChange(at, { ...column, required: event.currentTarget.checked })}
                  />
                </Table.Td>
                <Table.Td data-label="identifies a row">
                  <Checkbox
                    size="xs"
                    aria-label={`${column.name} identifies a row`}
                    checked={column.key}
                    disabled={isMasked(column)}
                    onChange={(event) => onChange(at, { ...column, key: event.currentTarget.checked })}
                  />
                </Table.Td>
                <Table.Td data-label="about people">
                  <Checkbox
                    size="xs"
                    aria-label={`${column.name} is about people`}
                    checked={column.personal ?? false}
                    disabled={isMasked(column) || (column.personal && !mayDeny(at))}
                    onChange={(event) => onChange(at, { ...column, personal: event.currentTarget.checked })}
                  />
                </Table.Td>
                {way(at, 'Leave out', true)}
              </Table.Tr>
              {column.allowed && typeWords(column.type) === 'text' && !column.key && !column.personal ? (
                <Table.Tr>
                  <Table.Td colSpan={8}>
                    <TagsInput
                      size="xs"
                      label={`Values of ${column.name}: any other is accepted with a warning`}
                      placeholder={
                        column.allowed.length > 0 ? 'another value' : 'any value, without a warning'
                      }
                      clearable
                      clearButtonProps={{ 'aria-label': `Take off the values of ${column.name}` }}
                      value={column.allowed}
                      onChange={(allowed) => onChange(at, { ...column, allowed })}
                    />
                  </Table.Td>
                </Table.Tr>
              ) : null}
            </Fragment>
          )
        })}
      </Table.Tbody>
    </Table>
  )
}
