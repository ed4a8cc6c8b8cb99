import { Table } from '@mantine/core'

import type { Schemas } from '../../api/client'
import { seconds, usd, whole } from '../../api/format'
import { Moment } from '../../components/moment'
import { Empty } from '../../components/states'

/** The Glue jobs of a run that have ended. */
export function Jobs({ jobs }: { jobs: Schemas['RunJob'][] }) {
  if (jobs.length === 0)
    return <Empty>No job of this run has ended yet. A job is shown here when it ends.</Empty>
  return (
    <div className="scroll" tabIndex={0}>
      <Table fz="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Job</Table.Th>
            <Table.Th>Began</Table.Th>
            <Table.Th className="number">Duration</Table.Th>
            <Table.Th className="number">DPU-seconds</Table.Th>
            <Table.Th className="number">Memory</Table.Th>
            <Table.Th className="number">Cost</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {jobs.map((job) => (
            <Table.Tr key={`${job.job} ${job.started_at}`}>
              <Table.Td>{job.job}</Table.Td>
              <Table.Td style={{ whiteSpace: 'nowrap' }}>
                <Moment at={job.started_at} />
              </Table.Td>
              <Table.Td className="number">{seconds(job.seconds)}</Table.Td>
              <Table.Td className="number">{whole(Math.round(job.dpu_seconds))}</Table.Td>
              <Table.Td className="number">{whole(job.memory_gb)} GB</Table.Td>
              <Table.Td className="number">{usd(job.usd)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  )
}
