# The login of the MySQL server that the lake is fed from; scripts/deploy.py writes it from MYSQL_URL.
# The scheduled export itself will stand in this file.
resource "aws_secretsmanager_secret" "mysql" {
  name                    = "${var.name}/mysql"
  description             = "MySQL login: {\"host\", \"port\", \"username\", \"password\", \"dbname\"}"
  kms_key_id              = aws_kms_key.lake.arn
  recovery_window_in_days = local.force_destroy ? 0 : local.platform.secret_recovery
}
