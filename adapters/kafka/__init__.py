"""Apache Kafka: topics, producer, the consumer loop. The only place that knows aiokafka; it knows no agency."""
