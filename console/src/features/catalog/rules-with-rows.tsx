import { Anchor, Button, Stack, Table, Text } from '@mantine/core'
import { useState } from 'react'

import type { Schemas } from '../../api/client'
import { count, whole } from '../../api/format'
import { useQuarantine } from '../lake/queries'
import { originalId } from '../files/original-id'
import { useRejectedRows } from '../files/queries'
import { waitOf } from '../files/waiting-words'
import { Panel } from '../../components/panel'
import { Answered, Empty } from '../../components/states'
import { isOfDuplicates, ruleWords } from '../../formats/rules'
import { useTitles, useTypes } from '../../formats/columns'
import { BrokenRuleWords } from '../lake/quarantine-panel'
import { capitalised } from '../../formats/words'

/** How many rows of a rule are shown beside it; the file's page has all. */
const SHOWN = 5

interface Props {
  dataset: string
  files: Schemas['FileSummary'][]
}

/** The rules that rows of a dataset break, in words, with the newest rows of each; nothing where no row breaks one. */
export function RulesWithRows({ dataset, files }: Props) {
  const quarantine = useQuarantine()
  return (
    <Answered of={quarantine} what="the rules">
      {(answer) => {
        const lines = answer.lines.filter((line) => line.dataset === dataset)
        return lines.length === 0 ? null : (
          <Panel title="Rules with rows that fail">
            <Stack gap="xs">
              {lines.map((line) => (
                <BrokenRule key={line.rule} line={line} files={files} />
              ))}
            </Stack>
          </Panel>
        )
      }}
    </Answered>
  )
}

/** How many rows and whole files wait because of a rule; duplicates do not wait. */
export function brokenWords(
  line: Pick<Schemas['QuarantineLine'], 'rule' | 'rows' | 'files' | 'files_rejected'>,
): string {
  const verb = isOfDuplicates(line.rule) ? '' : line.rows === 1 ? ' waits' : ' wait'
  const rows = line.rows > 0 ? `${count(line.rows, 'row')}${verb} in ${count(line.files, 'file')}` : ''
  const whole = line.files_rejected > 0 ? `${count(line.files_rejected, 'whole file')} refused` : ''
  return [rows, whole].filter(Boolean).join(', ') || count(line.files, 'file')
}

/** The newest file with rows of a reason that wait, or that are equal to others; corrections wait in their file. */
export const newestWith = (
  { rule }: Pick<Schemas['QuarantineLine'], 'rule'>,
  files: Schemas['FileSummary'][],
): Schemas['FileSummary'] | undefined =>
  files.find((file) => !originalId(file.key) && (isOfDuplicates(rule) ? file.duplicates : waitOf(file)) > 0)

function BrokenRule({ line, files }: { line: Schemas['QuarantineLine']; files: Schemas['FileSummary'][] }) {
  const [isOpen, setOpen] = useState(false)
  const newest = newestWith(line, files)
  return (
    <div>
      <Text size="sm" component="span">
        <b>
          <BrokenRuleWords line={line} />
        </b>
        : {brokenWords(line)}{' '}
      </Text>
      {line.rows > 0 && newest ? (
        <Button size="compact-xs" variant="default" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? 'Hide rows' : 'Show rows'}
        </Button>
      ) : null}
      {isOpen && newest ? <RowsOfRule rule={line.rule} file={newest} /> : null}
    </div>
  )
}

function RowsOfRule({ rule, file }: { rule: string; file: Schemas['FileSummary'] }) {
  const rejected = useRejectedRows(file.file_id, rule, true)
  const titleOf = useTitles(file.dataset)
  const typeOf = useTypes(file.dataset)
  const page = `#/files/${encodeURIComponent(file.file_id)}`
  return (
    <Answered of={rejected} what="the rows">
      {(answer) => {
        const rows = answer.pages
          .flatMap((each) => each.rows)
          .filter(({ correction }) => !correction || correction === 'refused')
          .slice(0, SHOWN)
        if (rows.length === 0)
          return (
            <Empty>
              The newest file with rows that wait has no such row.{' '}
              <Anchor href={`#/work/files?dataset=${encodeURIComponent(file.dataset)}`}>
                Open all rows that wait
              </Anchor>
            </Empty>
          )
        return (
          <>
            <div className="scroll" tabIndex={0}>
              <Table fz="sm">
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th className="number">row</Table.Th>
                    <Table.Th>what is wrong</Table.Th>
                    <Table.Th>value</Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {rows.map((row) => (
                    <Table.Tr key={`${row.source_row} ${row.column}`}>
                      <Table.Td className="number">{whole(row.source_row)}</Table.Td>
                      <Table.Td>
                        {capitalised(
                          ruleWords(row.rule, row.column ? titleOf(row.column) : '', typeOf(row.column)),
                        )}
                      </Table.Td>
                      <Table.Td className="any-text">{row.value ?? '–'}</Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </div>
            <Anchor size="sm" href={page}>
              Fix them in {file.key}
            </Anchor>
          </>
        )
      }}
    </Answered>
  )
}
