import { Checkbox, NativeSelect, Table, TextInput } from '@mantine/core'

import { type DraftColumn, isMasked, isNumber, plainName, TYPES, typeWords } from './draft-columns'

const headingOf = (column: DraftColumn, at: number, inFile: string[]): string =>
  column.heading ? (inFile[at] ?? column.heading) : `column ${at + 1}, without a heading`

/** The columns of a draft, which a person renames, types, and marks as filled or identifying. */
export function DraftColumnsTable({
  columns,
  inFile,
  onChange,
}: {
  columns: DraftColumn[]
  inFile: string[]
  onChange: (at: number, column: DraftColumn) => void
}) {
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
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {columns.map((column, at) =>
          column.isLeftOut ? (
            <Table.Tr key={at} className="muted">
              <Table.Td>{headingOf(column, at, inFile)}</Table.Td>
              <Table.Td colSpan={5}>is left out</Table.Td>
            </Table.Tr>
          ) : (
            <Table.Tr key={at}>
              <Table.Td className={column.heading ? 'any-text' : 'muted'}>
                {headingOf(column, at, inFile)}
              </Table.Td>
              <Table.Td>
                <TextInput
                  size="xs"
                  miw="9rem"
                  aria-label={`Name of column ${at + 1}`}
                  value={column.name}
                  onChange={(event) =>
                    onChange(at, { ...column, name: plainName(event.currentTarget.value) })
                  }
                />
              </Table.Td>
              <Table.Td>
                <NativeSelect
                  size="xs"
                  miw="8.5rem"
                  aria-label={`Type of ${column.name}`}
                  value={column.type}
                  disabled={isMasked(column)}
                  data={[
                    { value: column.type, label: typeWords(column.type) },
                    ...TYPES.filter((one) => typeWords(one.value) !== typeWords(column.type)),
                  ]}
                  onChange={(event) => onChange(at, { ...column, type: event.currentTarget.value })}
                />
              </Table.Td>
              <Table.Td>
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
              <Table.Td>
                <Checkbox
                  size="xs"
                  aria-label={`${column.name} is always filled`}
                  checked={column.required || column.key}
                  disabled={column.key}
                  onChange={(event) => onChange(at, { ...column, required: event.currentTarget.checked })}
                />
              </Table.Td>
              <Table.Td>
                <Checkbox
                  size="xs"
                  aria-label={`${column.name} identifies a row`}
                  checked={column.key}
                  disabled={isMasked(column)}
                  onChange={(event) => onChange(at, { ...column, key: event.currentTarget.checked })}
                />
              </Table.Td>
            </Table.Tr>
          ),
        )}
      </Table.Tbody>
    </Table>
  )
}
