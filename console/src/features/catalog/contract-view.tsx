import { Stack, Table, Text } from '@mantine/core'

import type { Schemas } from '../../api/client'
import { maskWords, ruleInWords, typeWords } from '../../formats/contract-words'
import { columnTitle } from '../../formats/words'

/** The columns of a contract with their rules in words. */
export function ContractView({ contract }: { contract: Schemas['ContractDetail'] }) {
  return (
    <Stack gap="xs">
      <Text size="sm">
        {contract.description ? contract.description.replace(/[.\s]*$/, '. ') : ''}Version {contract.version}.
      </Text>
      <div className="scroll" tabIndex={0}>
        <Table fz="sm" className="many-columns named">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Column</Table.Th>
              <Table.Th>Type</Table.Th>
              <Table.Th>Rules</Table.Th>
              <Table.Th>What it is</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {contract.column_list.map((column) => (
              <Table.Tr key={column.name}>
                <Table.Td fw={column.primary_key ? 700 : 400}>
                  {column.label || columnTitle(column.name)}
                  <Text size="xs" className="muted sql">
                    {column.name}
                  </Text>
                </Table.Td>
                <Table.Td title={column.type}>{typeWords(column.type)}</Table.Td>
                <Table.Td title={column.rules.join('; ')}>
                  {[
                    column.primary_key ? 'key' : '',
                    column.required ? 'required' : '',
                    column.sensitive && maskWords(column.sensitive),
                    ...column.rules.map(ruleInWords),
                  ]
                    .filter(Boolean)
                    .join('; ')}
                </Table.Td>
                <Table.Td>{column.description}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </Stack>
  )
}
