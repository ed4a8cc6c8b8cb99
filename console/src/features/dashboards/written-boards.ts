import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'

import { read, type Schemas } from '../../api/client'
import { boardName, type Draft } from './board-draft'

const PATH = '/v1/dashboards'
const VERSIONS = '/v1/dashboard-versions'
const part = encodeURIComponent

/** Every change answers all dashboards, and is a version. */
function useChange<Asked>(change: (asked: Asked) => Promise<Schemas['Dashboards']>) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: change,
    onSuccess: (boards) => {
      queries.setQueryData(['dashboards'], boards)
      return Promise.all([
        queries.invalidateQueries({ queryKey: ['dashboard versions'] }),
        queries.invalidateQueries({ queryKey: ['mails'] }),
      ])
    },
  })
}

/** Writes a dashboard for everybody; one that is edited keeps its name. */
export const useWriteBoard = (system: string | undefined) =>
  useChange(({ title, panels, replaces }: Draft) =>
    read<Schemas['Dashboards']>(`${PATH}/${part(system ?? boardName(title))}`, {
      method: 'PUT',
      body: { title: title.trim(), panels, replaces },
    }),
  )

export const useDeleteBoard = () =>
  useChange((system: string) => read<Schemas['Dashboards']>(`${PATH}/${part(system)}`, { method: 'DELETE' }))

/** Writes a deleted dashboard as it was, and schedules its mails again. */
export const useRestoreBoard = () =>
  useChange((system: string) =>
    read<Schemas['Dashboards']>(`${PATH}/${part(system)}/restore`, { method: 'POST' }),
  )

/** The scheduled mails of a dashboard, read again each time that they are asked for. */
export const useBoardMails = (system: string, isAsked: boolean) =>
  useQuery({
    enabled: isAsked,
    queryKey: ['mails of', system],
    queryFn: () => read<Schemas['BoardMails']>(`${PATH}/${part(system)}/mails`),
    gcTime: 0,
  })

/** The versions of the written dashboards, newest first. */
export const useBoardVersions = (isAsked = true) =>
  useQuery({
    enabled: isAsked,
    queryKey: ['dashboard versions'],
    queryFn: () => read<Schemas['DashboardVersions']>(VERSIONS),
  })

export const useUseVersion = () =>
  useChange((version: string) =>
    read<Schemas['Dashboards']>(`${VERSIONS}/${part(version)}`, { method: 'POST' }),
  )
