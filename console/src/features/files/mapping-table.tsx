import { Button, Select, Stack, Table, Text } from '@mantine/core'

import type { Schemas } from '../../api/client'
import { type Chosen, fieldLabel, leaveOutOthers, misfits, undecided } from './mapping-choice'

// No field has a name with a line break.
const LEFT_OUT = '\nleft out'

interface Props {
  mapping: Schemas['Mapping']
  chosen: Chosen
  onChange: (chosen: Chosen) => void
}

/** Which column of the file is which field of the contract, with samples, and with the confidence and reason of the suggestion. */
export function MappingTable({ mapping, chosen, onChange }: Props) {
  const choices = [
    { value: LEFT_OUT, label: 'leave out' },
    ...mapping.fields.map((field) => ({ value: field.name, label: fieldLabel(field) })),
  ]
  const open = undecided(mapping, chosen)
  const doubtful = new Set(misfits(mapping, chosen))
  function choose(column: string, choice: string | null): void {
    // A field has one column: two columns never go silently into one field.
    const rest = Object.fromEntries(
      Object.entries(chosen).filter(
        ([name, taken]) => name !== column && (taken === null || taken !== choice),
      ),
    )
    onChange(choice ? { ...rest, [column]: choice === LEFT_OUT ? null : choice } : rest)
  }
  return (
    <Stack gap="xs">
      <Text size="sm">
        The header does not fit {mapping.dataset} with enough confidence. Say which column is which field;
        only what is certain is chosen already. A column that is left out stays in the original only. The
        choice is remembered for the next file of this source.
      </Text>
      <div className="scroll" tabIndex={0}>
        <Table fz="sm" className="many-columns">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>column of the file</Table.Th>
              <Table.Th>samples</Table.Th>
              <Table.Th>field</Table.Th>
              <Table.Th>suggestion</Table.Th>
              <Table.Th className="number">confidence</Table.Th>
              <Table.Th>reason</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {mapping.columns.map((column) => (
              <Table.Tr key={column.column}>
                <Table.Td className="any-text">{column.column}</Table.Td>
                <Table.Td className={doubtful.has(column.column) ? 'any-text misfit' : 'any-text muted'}>
                  {column.samples.join(', ') || '–'}
                </Table.Td>
                <Table.Td>
                  <Select
                    aria-label={`Field for ${column.column}`}
                    size="xs"
                    miw="22rem"
                    clearable
                    allowDeselect={false}
                    searchable
                    placeholder="not mapped"
                    data={choices}
                    value={chosen[column.column] === null ? LEFT_OUT : (chosen[column.column] ?? null)}
                    error={doubtful.has(column.column) ? 'The samples do not fit this field.' : undefined}
                    onChange={(field) => choose(column.column, field)}
                  />
                </Table.Td>
                <Table.Td>
                  {column.field && chosen[column.column] !== column.field ? (
                    <Button
                      size="compact-xs"
                      variant="default"
                      aria-label={`Use ${column.field} for ${column.column}`}
                      onClick={() => choose(column.column, column.field)}
                    >
                      {column.field}
                    </Button>
                  ) : (
                    column.field || '–'
                  )}
                </Table.Td>
                <Table.Td className="number">
                  {column.field ? `${Math.round(column.confidence * 100)} %` : '–'}
                </Table.Td>
                <Table.Td>{column.reason}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
      {open.length > 0 ? (
        <Button
          size="compact-sm"
          variant="default"
          w="fit-content"
          onClick={() => onChange(leaveOutOthers(mapping, chosen))}
        >
          {open.length === 1
            ? `Leave out ${open[0]}`
            : `Leave out the ${open.length} columns without a field`}
        </Button>
      ) : null}
    </Stack>
  )
}
