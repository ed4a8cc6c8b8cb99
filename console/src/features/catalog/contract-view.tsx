import { Anchor, Stack, Table, Text } from '@mantine/core'
import { useState } from 'react'
import { Link, useSearchParams } from 'react-router'

import type { Schemas } from '../../api/client'
import { FoldedColumnsSwitch } from '../../components/folded-columns-switch'
import { titleOfColumn, usePlainNames } from '../../formats/columns'
import { columnRules, valueWords } from '../../formats/contract-words'
import { foldedColumns } from '../../formats/technical-columns'

/** The columns of a contract with their units and rules in words; a click shows where a column comes from. */
export function ContractView({ contract }: { contract: Schemas['ContractDetail'] }) {
  const plain = usePlainNames(contract.name)
  const [search] = useSearchParams()
  const { read, folded } = foldedColumns(contract.column_list)
  // The address may name one of them.
  const isNamed = folded.some(({ name }) => name === search.get('column'))
  const [wasAsked, showFolded] = useState(false)
  const hasFolded = wasAsked || isNamed
  const shown = hasFolded ? [...read, ...folded] : read
  return (
    <Stack gap="xs">
      <Text size="sm">
        {contract.description ? plain(contract.description).replace(/[.\s]*$/, '. ') : ''}Version{' '}
        {contract.version}.
        {contract.column_list.some(({ personal }) => personal)
          ? ' Only operators and the group personal-data read the values of columns about people.'
          : ''}
      </Text>
      <div className="scroll" tabIndex={0}>
        <Table fz="sm" className="many-columns named">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Column</Table.Th>
              <Table.Th>Values</Table.Th>
              <Table.Th>Rules</Table.Th>
              <Table.Th>What it is</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {shown.map((column) => (
              <Table.Tr key={column.name}>
                <Table.Td fw={column.primary_key ? 700 : 400}>
                  <Anchor
                    component={Link}
                    inherit
                    to={{ search: withColumn(search, column.name) }}
                    title="Show where this column comes from, and what it feeds"
                    replace
                  >
                    {titleOfColumn(column)}
                  </Anchor>
                  <Text size="xs" className="muted sql">
                    {column.name}
                  </Text>
                </Table.Td>
                <Table.Td title={column.type}>{valueWords(column.type, column.unit)}</Table.Td>
                <Table.Td title={column.rules.join('; ')}>{columnRules(column).join('; ')}</Table.Td>
                <Table.Td>{plain(column.description)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
      <FoldedColumnsSwitch folded={folded.length} isShown={hasFolded} onShow={showFolded} />
    </Stack>
  )
}

function withColumn(search: URLSearchParams, column: string): string {
  const chosen = new URLSearchParams(search)
  chosen.set('column', column)
  return chosen.toString()
}
