import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { read, type Schemas } from '../../api/client'
import { path } from '../../api/queries'

export const useContracts = () =>
  useQuery({
    queryKey: ['contracts'],
    queryFn: () => read<Schemas['Contracts']>('/v1/contracts'),
    staleTime: Infinity,
  })

export const useContract = (zone: string, name: string) =>
  useQuery({
    queryKey: ['contract', zone, name],
    queryFn: () => read<Schemas['ContractDetail']>(`/v1/contracts/${path(zone)}/${path(name)}`),
    staleTime: Infinity,
    enabled: Boolean(name),
  })

/** Contracts that people wrote for new datasets, with those that wait for a deployment. */
export const useContractDrafts = (isOn = true) =>
  useQuery({
    queryKey: ['contract drafts'],
    queryFn: () => read<Schemas['ContractDrafts']>('/v1/contract-drafts'),
    enabled: isOn,
  })

/** Replaces the description of a dataset that somebody created. */
export function useDescribe(dataset: string) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (body: {
      description: string
      columns: Record<string, string>
      personal: Record<string, boolean>
    }) =>
      read<Schemas['StoredContractDraft']>(`/v1/contract-drafts/${path(dataset)}/description`, {
        method: 'PUT',
        body,
      }),
    onSuccess: () =>
      Promise.all(
        ['contract', 'contracts', 'contract drafts'].map((key) =>
          queries.invalidateQueries({ queryKey: [key] }),
        ),
      ),
  })
}

const removalOf = (dataset: string) => `/v1/datasets/${path(dataset)}/removal`

/** The effects of removing a dataset, or the state of its removal. */
export const useRemoval = (dataset: string) =>
  useQuery({
    queryKey: ['removal', dataset],
    queryFn: () => read<Schemas['DatasetRemoval']>(removalOf(dataset)),
    staleTime: 0,
  })

/** Removes a dataset, or takes its removal back: a call works for some seconds, so it is repeated. */
export function useRemoving(dataset: string, method: 'POST' | 'DELETE') {
  const queries = useQueryClient()
  const [doneFiles, setDoneFiles] = useState(0)
  const mutation = useMutation({
    mutationFn: async () => {
      const lost = new Set<string>()
      let done = 0
      setDoneFiles(0)
      for (;;) {
        const call = await read<Schemas['RemovalProgress']>(removalOf(dataset), { method })
        const lostBefore = lost.size
        call.lost.forEach((key) => lost.add(key))
        done += call.done
        setDoneFiles(done)
        const isStuck = call.done === 0 && lost.size === lostBefore
        if (call.left === 0 || isStuck) return { ...call, lost: [...lost] }
      }
    },
    // The contract of the dataset, its files and everything that lists datasets.
    onSettled: () => queries.invalidateQueries(),
  })
  return { ...mutation, doneFiles }
}

export const useQuality = (dataset: string) =>
  useQuery({
    queryKey: ['quality', dataset],
    queryFn: () => read<Schemas['QualityHistory']>(`/v1/datasets/${path(dataset)}/quality`),
  })

/** The columns of a dataset as the newest run merged it, and its rows by `time`, or by the time of a row. */
export const useDatasetProfile = (dataset: string, isDeclared: boolean, time = '') =>
  useQuery({
    queryKey: ['dataset profile', dataset, time],
    queryFn: () =>
      read<Schemas['DatasetProfile']>(`/v1/datasets/${path(dataset)}/profile`, {
        query: time ? { time } : {},
      }),
    enabled: isDeclared,
    // The page keeps its place while the rows are counted by another time.
    placeholderData: keepPreviousData,
  })

/** Rows, day and a question of each dataset and table. */
export const useContents = () =>
  useQuery({
    queryKey: ['contents'],
    queryFn: () => read<Schemas['TablesContents']>('/v1/catalog/contents'),
  })

export const useSystems = () =>
  useQuery({
    queryKey: ['systems'],
    queryFn: () => read<Schemas['Systems']>('/v1/systems'),
    staleTime: Infinity,
  })

export const useTable = (system: string, table: string) =>
  useQuery({
    queryKey: ['table', system, table],
    queryFn: () => read<Schemas['TableDetail']>(`/v1/systems/${path(system)}/tables/${path(table)}`),
    enabled: Boolean(system && table),
  })

export const useLineage = (table: string) =>
  useQuery({
    queryKey: ['lineage', table],
    queryFn: () => read<Schemas['Lineage']>(`/v1/lineage/${path(table)}`),
  })

export const useColumnLineage = (table: string) =>
  useQuery({
    queryKey: ['column lineage', table],
    queryFn: () => read<Schemas['ColumnLineage']>(`/v1/lineage/${path(table)}/columns`),
  })

export const useCatalog = () =>
  useQuery({
    queryKey: ['catalog'],
    queryFn: () => read<Schemas['CatalogTables']>('/v1/catalog'),
    staleTime: Infinity,
  })
