import { Select, Stack, Table, Text } from '@mantine/core'

import type { Schemas } from '../../api/client'

interface Props {
  mapping: Schemas['Mapping']
  chosen: Record<string, string>
  onChange: (chosen: Record<string, string>) => void
}

/** Which column of the file is which field of the contract, with samples and confidence. */
export function MappingTable({ mapping, chosen, onChange }: Props) {
  const fields = mapping.fields.map((field) => ({
    value: field.name,
    label: field.required ? `${field.name} (required)` : field.name,
  }))
  const sampled = mapping.columns.some((column) => column.samples.length > 0)
  function choose(column: string, field: string | null): void {
    // A field has one column: two columns never go silently into one field.
    const rest = Object.fromEntries(
      Object.entries(chosen).filter(([name, taken]) => name !== column && taken !== field),
    )
    onChange(field ? { ...rest, [column]: field } : rest)
  }
  return (
    <Stack gap="xs">
      <Text size="sm">
        The header does not fit {mapping.dataset} with enough confidence. Say which column is which field; the
        choice is remembered for the next file of this source.
      </Text>
      <div className="scroll" tabIndex={0}>
        <Table fz="sm">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>column of the file</Table.Th>
              {sampled ? <Table.Th>samples</Table.Th> : null}
              <Table.Th>field</Table.Th>
              <Table.Th className="number">confidence of the suggestion</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {mapping.columns.map((column) => (
              <Table.Tr key={column.column}>
                <Table.Td>{column.column}</Table.Td>
                {sampled ? (
                  <Table.Td className="muted">{column.samples.slice(0, 3).join(', ')}</Table.Td>
                ) : null}
                <Table.Td>
                  <Select
                    aria-label={`Field for ${column.column}`}
                    size="xs"
                    clearable
                    allowDeselect={false}
                    searchable
                    placeholder="not mapped"
                    data={fields}
                    value={chosen[column.column] ?? null}
                    onChange={(field) => choose(column.column, field)}
                  />
                </Table.Td>
                <Table.Td className="number">
                  {column.field ? `${Math.round(column.confidence * 100)} %: ${column.field}` : '–'}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </Stack>
  )
}
