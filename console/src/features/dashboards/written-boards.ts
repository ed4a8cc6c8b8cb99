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
      return queries.invalidateQueries({ queryKey: ['dashboard versions'] })
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
