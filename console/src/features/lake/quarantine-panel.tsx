import { Anchor, Button, Table } from '@mantine/core'
import { useState } from 'react'

import type { Schemas } from '../../api/client'
import { count, whole } from '../../api/format'
import { useQuarantine } from './queries'
import { Panel } from '../../components/panel'
import { Answered, Empty } from '../../components/states'
import { useTitles, useTypes } from '../../formats/columns'
import { isOfDuplicates, ruleOfColumns } from '../../formats/rules'
import { capitalised, heading } from '../../formats/words'
import { quarantineWords } from './lake-words'

/** Reasons that are shown at once: those of most rows. */
const MOST_REASONS = 12

/** Duplicates are in the lake already: the title counts them, and nothing is to be done about them. */
const linesToDo = (lines: Schemas['QuarantineLine'][]): Schemas['QuarantineLine'][] =>
  lines.filter(({ rule }) => !isOfDuplicates(rule))

/** How many rows and files wait, by dataset and reason. */
export function QuarantinePanel() {
  const quarantine = useQuarantine()
  const [most, setMost] = useState(MOST_REASONS)
  return (
    <Panel title={quarantine.data ? quarantineWords(quarantine.data.lines) : 'Quarantine'} name="Quarantine">
      <Answered of={quarantine} what="the quarantine">
        {(found) =>
          linesToDo(found.lines).length === 0 ? (
            <Empty>No row and no file waits for a person. There is nothing to do here.</Empty>
          ) : (
            <>
              <Table fz="sm">
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>Dataset</Table.Th>
                    <Table.Th>Reason</Table.Th>
                    <Table.Th className="number">Rows</Table.Th>
                    <Table.Th className="number" visibleFrom="xs">
                      Files
                    </Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {linesToDo(found.lines)
                    .slice(0, most)
                    .map((line) => (
                      <Table.Tr key={`${line.dataset}-${line.rule}`}>
                        <Table.Td className="any-text">
                          <Anchor size="sm" href={`#/datasets/${encodeURIComponent(line.dataset)}`}>
                            {heading(line.dataset)}
                          </Anchor>
                        </Table.Td>
                        <Table.Td style={{ overflowWrap: 'anywhere' }}>
                          <BrokenRuleWords line={line} />
                        </Table.Td>
                        <Table.Td className="number">
                          {line.rows > 0 ? whole(line.rows) : count(line.files, 'file')}
                        </Table.Td>
                        <Table.Td className="number" visibleFrom="xs">
                          {whole(line.files)}
                        </Table.Td>
                      </Table.Tr>
                    ))}
                </Table.Tbody>
              </Table>
              {linesToDo(found.lines).length > most ? (
                <Button
                  size="compact-sm"
                  variant="default"
                  mt="xs"
                  onClick={() => setMost(linesToDo(found.lines).length)}
                >
                  Show {count(linesToDo(found.lines).length - most, 'more reason')}
                </Button>
              ) : null}
            </>
          )
        }
      </Answered>
    </Panel>
  )
}

/** The rule that rows broke, with the columns that it is about. */
export function BrokenRuleWords({ line }: { line: Schemas['QuarantineLine'] }) {
  const titleOf = useTitles(line.dataset)
  const typeOf = useTypes(line.dataset)
  const columns = line.columns ?? []
  return capitalised(ruleOfColumns(line.rule, columns.map(titleOf), columns.map(typeOf)))
}
