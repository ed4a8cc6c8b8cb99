import { Stack, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'

import type { Schemas } from '../../api/client'
import { startMappingCheck, useAcceptMapping, useMapping, useMay } from '../../api/queries'
import { Panel } from '../../components/panel'
import { Answered, Failed, Waiting } from '../../components/states'
import { CommitBar } from '../upload/commit-bar'
import { type Decisions, EMPTY_DECISIONS } from '../upload/decisions'
import { DryRunView } from '../upload/dry-run-view'
import { Live } from '../upload/live'
import { type Checked, checked } from '../upload/transfer'
import { preselected } from './mapping-choice'
import { MappingCommit } from './mapping-commit'
import { MappingTable } from './mapping-table'

/** A file in raw that a person maps: the columns, the gate's check of the whole file, and then its six stages. */
export function PendingMapping({ file, dataset = '' }: { file: Schemas['FileDetail']; dataset?: string }) {
  const mapping = useMapping(file.file_id, true, dataset)
  return (
    <Panel title="Mapping">
      <Answered of={mapping} what="the mapping">
        {({ body, etag }) => <Decide fileId={file.file_id} dataset={dataset} mapping={body} etag={etag} />}
      </Answered>
    </Panel>
  )
}

function Decide({
  fileId,
  dataset,
  mapping,
  etag,
}: {
  fileId: string
  dataset: string
  mapping: Schemas['Mapping']
  etag: string
}) {
  const may = useMay('uploader')
  const [decisions, setDecisions] = useState<Decisions>({ ...EMPTY_DECISIONS, mapping: preselected(mapping) })
  const check = useMutation({
    mutationFn: async (columns: Decisions['mapping']): Promise<Checked> => {
      await startMappingCheck(fileId, { columns, dataset }, etag)
      return checked(`/v1/files/${encodeURIComponent(fileId)}`)
    },
    // Corrections of the check before are none of this one.
    onSuccess: ({ result }) =>
      setDecisions((before) => ({ ...EMPTY_DECISIONS, mapping: result.mapped ?? before.mapping })),
  })
  const accept = useAcceptMapping(fileId)
  const start = () => {
    accept.reset()
    check.mutate(decisions.mapping)
  }
  if (accept.data) return <Live fileId={accept.data.file_id} decisions={decisions} />
  if (check.isPending) return <Waiting what="the check of the whole file" />
  return (
    <Stack gap="sm">
      {check.error ? <Failed error={check.error} what="The check" isAction onRetry={start} /> : null}
      {accept.error ? <Failed error={accept.error} what="The mapping" isAction onRetry={start} /> : null}
      {check.data ? (
        <>
          <DryRunView result={check.data.result} decisions={decisions} onDecide={setDecisions} />
          <CommitBar
            result={check.data.result}
            decisions={decisions}
            loading={accept.isPending}
            onCheck={start}
            onCommit={() => accept.mutate(check.data.etag)}
          />
        </>
      ) : (
        <>
          <MappingTable
            mapping={mapping}
            chosen={decisions.mapping}
            onChange={(chosen) => setDecisions({ ...decisions, mapping: chosen })}
          />
          <MappingCommit
            mapping={mapping}
            chosen={decisions.mapping}
            label="Check the file with this mapping"
            disabled={!may}
            onCommit={start}
          />
        </>
      )}
      {may ? null : (
        <Text size="sm">Only uploaders can map a file. Ask an operator for the group uploader.</Text>
      )}
    </Stack>
  )
}
