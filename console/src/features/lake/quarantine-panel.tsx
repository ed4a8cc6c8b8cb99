import { Anchor, Table } from '@mantine/core'

import { whole } from '../../api/format'
import { useQuarantine } from '../../api/queries'
import { Panel } from '../../components/panel'
import { Answered, Empty } from '../../components/states'
import { ruleWords } from '../../formats/rules'
import { capitalised } from '../../formats/words'

/** How many rows and files wait, by dataset and reason. */
export function QuarantinePanel() {
  const quarantine = useQuarantine()
  return (
    <Panel title="Quarantine">
      <Answered of={quarantine} what="the quarantine">
        {(found) =>
          found.lines.length === 0 ? (
            <Empty>No row and no file was refused. There is nothing to do here.</Empty>
          ) : (
            <Table fz="sm">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>dataset</Table.Th>
                  <Table.Th>reason</Table.Th>
                  <Table.Th className="number">rows</Table.Th>
                  <Table.Th className="number">files</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {found.lines.map((line) => (
                  <Table.Tr key={`${line.dataset}-${capitalised(ruleWords(line.rule))}`}>
                    <Table.Td>
                      <Anchor
                        size="sm"
                        href={`#/datasets/${encodeURIComponent(line.dataset)}`}
                        style={{ overflowWrap: 'anywhere' }}
                      >
                        {line.dataset}
                      </Anchor>
                    </Table.Td>
                    <Table.Td style={{ overflowWrap: 'anywhere' }}>
                      {capitalised(ruleWords(line.rule))}
                    </Table.Td>
                    <Table.Td className="number">{whole(line.rows)}</Table.Td>
                    <Table.Td className="number">{whole(line.files)}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          )
        }
      </Answered>
    </Panel>
  )
}
