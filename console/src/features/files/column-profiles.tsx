import { Table } from '@mantine/core'

import type { Schemas } from '../../api/client'
import { type Cell, figure, number } from '../../api/format'

type Shown = (value: Cell | undefined) => string

/** Facts of a column's profile, by their names there. */
const FACTS: Record<string, [heading: string, shown: Shown]> = {
  distinct: ['distinct', number],
  missing: ['missing', number],
  missing_share: ['missing share', (value) => figure(value, 'share')],
  invalid: ['invalid', number],
  min: ['min', number],
  max: ['max', number],
  mean: ['mean', (value) => figure(value, '')],
}

/** What the columns of a file hold. */
export function ColumnProfiles({ columns, open }: { columns: Schemas['ColumnProfile'][]; open?: boolean }) {
  return (
    <details open={open}>
      <summary>Profile of {columns.length} columns</summary>
      <div className="scroll" tabIndex={0}>
        <Table fz="sm" withRowBorders={false} striped>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>column</Table.Th>
              <Table.Th>type</Table.Th>
              <Table.Th>format</Table.Th>
              {Object.entries(FACTS).map(([fact, [heading]]) => (
                <Table.Th key={fact} className="number">
                  {heading}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {columns.map((column) => {
              const facts = column.facts as Record<string, Cell>
              return (
                <Table.Tr key={column.name}>
                  <Table.Td>{column.name}</Table.Td>
                  <Table.Td>{column.type}</Table.Td>
                  <Table.Td>{facts.format || '–'}</Table.Td>
                  {Object.entries(FACTS).map(([fact, [, shown]]) => (
                    <Table.Td key={fact} className="number">
                      {shown(facts[fact])}
                    </Table.Td>
                  ))}
                </Table.Tr>
              )
            })}
          </Table.Tbody>
        </Table>
      </div>
    </details>
  )
}
