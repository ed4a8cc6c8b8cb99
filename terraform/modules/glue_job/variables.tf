variable "name" {
  description = "Name of the job."
  type        = string
}

variable "description" {
  description = "What the job does."
  type        = string
}

variable "script" {
  description = "Path of its script."
  type        = string
}

variable "artifacts_bucket" {
  description = "Bucket that its script is read from."
  type        = string
}

variable "arguments" {
  description = "Its default arguments."
  type        = map(string)
}

variable "policy_json" {
  description = "What it may do besides reading its code and writing its logs."
  type        = string
}

variable "log_group_arns" {
  description = "Log groups that it writes."
  type        = list(string)
}

variable "connections" {
  description = "Glue connections whose network it runs in."
  type        = list(string)
  default     = []
}

variable "max_concurrent_runs" {
  description = "Runs at once. Null is Glue's own default of one."
  type        = number
  default     = null
}

variable "runtime" {
  description = "The kind of Glue job, by platform."
  type = object({
    command      = string
    python       = string
    glue_version = string
    workers = object({
      type   = string
      number = number
    })
    max_capacity = number
    timeout      = number
    # FLEX uses spare capacity at two thirds of the price and may start later; null where the command has no such class.
    execution_class = optional(string)
  })
}

variable "role_settings" {
  description = "How its role is named and bounded, or which roles are there already, as the module role has it."
  type = object({
    suffix               = optional(string, "")
    permissions_boundary = optional(string)
    existing             = optional(map(string), {})
  })
  default = {}
}

variable "account_id" {
  description = "Account whose services may assume its role."
  type        = string
}

variable "assumed_by" {
  description = "ARNs of roles of other jobs that may assume its role."
  type        = list(string)
  default     = []
}
