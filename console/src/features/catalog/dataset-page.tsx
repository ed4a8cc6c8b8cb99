import { Alert, Anchor, Group, Stack, Text } from '@mantine/core'
import { useMemo } from 'react'
import { useParams } from 'react-router'

import type { Schemas } from '../../api/client'
import { useContract, useContractDrafts, useQuality, useRemoving } from './queries'
import { useFiles } from '../files/queries'
import { NothingPage } from '../../components/nothing-here'
import { PageTitle, Panel } from '../../components/panel'
import { Answered, Failed, isMissing, Waiting } from '../../components/states'
import { dayAndTime } from '../../formats/moments'
import { heading } from '../../formats/words'
import { DataFiles } from '../files/data-files'
import { pagesOf } from '../files/file-list'
import { newestPeriodFirst } from '../files/file-order'
import { ColumnLineagePanel } from './column-lineage'
import { ContractView } from './contract-view'
import { Contents } from './dataset-contents'
import { DescribeDataset } from './describe-dataset'
import { FilesOverTime } from './files-over-time'
import { LeftOutColumns } from './left-out-columns'
import { NoFile } from './no-file'
import { RememberedHeaders } from './remembered-headers'
import { FilesNotBack, RemovedDataset, RemoveDataset } from './remove-dataset'
import { RulesWithRows } from './rules-with-rows'

/** Any dataset, with a contract or without: what its files hold, how they change, and which rows break a rule. */
export function DatasetPage() {
  const { dataset = '' } = useParams()
  // What was typed or done on the page of a dataset is not that of the next one.
  return <PageOfDataset key={dataset} dataset={dataset} />
}

function PageOfDataset({ dataset }: { dataset: string }) {
  const contract = useContract('source', dataset)
  const quality = useQuality(dataset)
  const files = useFiles({ dataset })
  const all = useMemo(
    () => newestPeriodFirst(files.data?.pages.flatMap((page) => page.files) ?? []),
    [files.data],
  )
  const hasNone = isMissing(contract.error)
  // One box for the page: each part would report the same cause.
  const created = useContractDrafts().data?.drafts.find((draft) => draft.dataset === dataset)
  // Here, because the box of the removal ends with it, and its answer names the files that are lost.
  const restore = useRemoving(dataset, 'DELETE')
  if (created?.removed_by && !created.is_in_use)
    return (
      <Stack gap="md">
        <PageTitle>{heading(dataset)}</PageTitle>
        <FilesNotBack restore={restore} />
        <RemovedDataset draft={created} restore={restore} />
        {all.length > 0 ? (
          <Panel title="Files">
            <DataFiles files={all} pages={pagesOf(files)} height={320} />
          </Panel>
        ) : null}
      </Stack>
    )
  // Its contract is back, and is read again.
  if (created?.is_in_use && hasNone && contract.isFetching) return <Waiting what="the dataset" />
  if (created && hasNone) return <WaitingDataset draft={created} />
  if (hasNone && files.data && all.length === 0)
    return (
      <NothingPage
        what="dataset"
        name={dataset}
        why="No contract describes it, and no file of it has arrived. A dataset is created from a file on the page Upload."
      />
    )
  if (contract.error && !hasNone && files.error && !files.data && !contract.data)
    return (
      <Stack gap="md">
        <PageTitle>{heading(dataset)}</PageTitle>
        <Failed
          error={contract.error}
          what="the dataset"
          onRetry={() => void Promise.all([contract.refetch(), files.refetch(), quality.refetch()])}
        />
      </Stack>
    )
  return (
    <Stack gap="md">
      <div>
        <PageTitle>{heading(dataset)}</PageTitle>
        {contract.data?.description ? (
          <Text size="sm" className="muted">
            {contract.data.description}
          </Text>
        ) : null}
        {created && !hasNone ? (
          <Group gap="xs">
            <Text size="sm" className="muted">
              Created by {created.by} on {dayAndTime(created.at)}
            </Text>
            {contract.data ? (
              <DescribeDataset
                dataset={dataset}
                description={contract.data.description}
                columns={contract.data.column_list}
              />
            ) : null}
            <RemoveDataset dataset={dataset} />
          </Group>
        ) : null}
      </div>
      <FilesNotBack restore={restore} />
      {created?.removed_by ? <RemovedDataset draft={created} restore={restore} /> : null}
      {hasNone && all[0] ? <NoContract file={all[0]} /> : null}
      <Answered of={quality} what="the quality">
        {({ points }) => (
          <>
            <Contents dataset={dataset} isDeclared={!hasNone} point={points.at(-1)} />
            {points.length > 1 ? <FilesOverTime points={points} files={all} /> : null}
          </>
        )}
      </Answered>
      <RulesWithRows dataset={dataset} files={all} />
      <Panel title="Files">
        <Answered of={files} what="the files">
          {() =>
            all.length === 0 ? (
              <NoFile dataset={dataset} />
            ) : (
              <DataFiles files={all} pages={pagesOf(files)} height={320} />
            )
          }
        </Answered>
      </Panel>
      {hasNone ? null : (
        <>
          <Panel title="Contract">
            <Answered of={contract} what="the contract">
              {(detail) => <ContractView contract={detail} />}
            </Answered>
          </Panel>
          {contract.data ? (
            <>
              <LeftOutColumns dataset={dataset} draft={created} />
              <RememberedHeaders dataset={dataset} />
            </>
          ) : null}
          <ColumnLineagePanel table={dataset} />
        </>
      )}
    </Stack>
  )
}

/** A dataset that a person handed in, and that a deployment has to bring. */
function WaitingDataset({ draft }: { draft: Schemas['StoredContractDraft'] }) {
  return (
    <Stack gap="md">
      <Group justify="space-between">
        <PageTitle>{heading(draft.dataset)}</PageTitle>
        <RemoveDataset dataset={draft.dataset} />
      </Group>
      <Alert color="blue" title="This dataset waits for a deployment">
        {draft.by} handed it in on {dayAndTime(draft.at)}. Whoever deploys the lake brings it, because rights
        follow from its contract: {draft.needs_deployment.join('; ')}. Files of it that were kept enter the
        lake with that deployment.
      </Alert>
    </Stack>
  )
}

/** Files of a folder that no contract describes: they have a profile, and no table. */
function NoContract({ file }: { file: Schemas['FileSummary'] }) {
  return (
    <Alert color="gray" title="No contract describes these files yet">
      Their rows are in no table until one does.{' '}
      <Anchor inherit href={`#/files/${encodeURIComponent(file.file_id)}`}>
        Draft a contract from {file.key}
      </Anchor>
    </Alert>
  )
}
