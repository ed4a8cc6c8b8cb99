import { Anchor, Stack, Table, Text } from '@mantine/core'
import { useParams, useSearchParams } from 'react-router'

import { count, whole } from '../../api/format'
import { useContract, useLineage, useTable } from './queries'
import { Moment } from '../../components/moment'
import { NothingPage } from '../../components/nothing-here'
import { PageTitle } from '../../components/panel'
import { Answered, Empty, Failed, isMissing } from '../../components/states'
import { usePlainNames } from '../../formats/columns'
import { queryAddress } from '../../formats/sql'
import { fileParts, heading } from '../../formats/words'
import { TableTrust } from '../dashboards/trust-line'
import { ModelCardLinks } from '../models/card-links'
import { ColumnLineagePanel } from './column-lineage'
import { ContractView } from './contract-view'
import { TableRows } from './table-rows'

export function TablePage() {
  const { system = '', table = '' } = useParams()
  const [search] = useSearchParams()
  const detail = useTable(system, table)
  const contract = useContract('prod', table)
  const plain = usePlainNames(table)
  // One box for the page: each part would report the same cause.
  if (isMissing(detail.error)) return <NothingPage what="table" name={`${system}/${table}`} />
  if (detail.error && !detail.data)
    return (
      <Stack gap="md">
        <PageTitle>{heading(table)}</PageTitle>
        <Failed error={detail.error} what="the table" onRetry={() => void detail.refetch()} />
      </Stack>
    )
  return (
    <Stack gap="md">
      <div>
        <PageTitle>{heading(table)}</PageTitle>
        {detail.data ? (
          <Text size="sm" className="muted">
            {count(detail.data.rows, 'row')}
            {contract.data?.description ? `: ${firstLower(plain(contract.data.description))}` : ''}
          </Text>
        ) : null}
        <TableTrust system={system} table={table} filters={search.getAll('filter')} />
        <ModelCardLinks tables={[table]} />
        <Anchor size="sm" href={queryAddress(`SELECT *\nFROM ${table}\nLIMIT 1000`)}>
          Ask this table on the page Query
        </Anchor>
      </div>
      <TableRows system={system} table={table} />
      <Answered of={contract} what="the contract">
        {(answer) => (
          <details>
            <summary>What its {count(answer.column_list.length, 'column')} are</summary>
            <ContractView contract={answer} />
          </details>
        )}
      </Answered>
      <details>
        <summary>Lineage: what the table was built from</summary>
        <Answered of={detail} what="the lineage">
          {(found) => (found.snapshot_id ? <LineageView table={table} /> : <NoLineage />)}
        </Answered>
      </details>
      <ColumnLineagePanel table={table} />
    </Stack>
  )
}

/** A description that goes on after a colon; one that begins with an abbreviation stays. */
const firstLower = (text: string): string =>
  text.replace(/^[A-Z](?=[a-z ])/, (letter) => letter.toLowerCase())

function NoLineage() {
  return (
    <Empty>No run has recorded what this table was built from. The next run that publishes it does.</Empty>
  )
}

function LineageView({ table }: { table: string }) {
  const lineage = useLineage(table)
  return (
    <Answered of={lineage} what="the lineage">
      {(found) =>
        found.datasets.length === 0 ? (
          <NoLineage />
        ) : (
          <div className="scroll" tabIndex={0}>
            <Table fz="sm">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Dataset</Table.Th>
                  <Table.Th className="number">Rows</Table.Th>
                  <Table.Th className="number" visibleFrom="sm">
                    Files
                  </Table.Th>
                  <Table.Th>Newest file</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {found.datasets.map((one) => {
                  const newest = one.files[0]
                  return (
                    <Table.Tr key={one.dataset}>
                      <Table.Td className="any-text">
                        <Anchor size="sm" href={`#/datasets/${encodeURIComponent(one.dataset)}`}>
                          {heading(one.dataset)}
                        </Anchor>
                      </Table.Td>
                      <Table.Td className="number">{whole(one.rows)}</Table.Td>
                      <Table.Td className="number" visibleFrom="sm">
                        {whole(one.file_count)}
                      </Table.Td>
                      <Table.Td className="any-text">
                        {newest ? (
                          <Anchor
                            size="sm"
                            href={`#/files/${encodeURIComponent(newest.file_id)}`}
                            title={newest.key}
                          >
                            {fileParts(newest.key).join('')} (<Moment at={newest.received_at} />)
                          </Anchor>
                        ) : (
                          '–'
                        )}
                      </Table.Td>
                    </Table.Tr>
                  )
                })}
              </Table.Tbody>
            </Table>
          </div>
        )
      }
    </Answered>
  )
}
